import type { Role } from "@mullion/contracts";
import type { Secrets } from "./secrets.ts";

/** A person who can sign in to the local platform from the start. */
export interface DemoAccount {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly password: string;
}

/** The demo accounts, one per role. */
export function demoAccounts(secrets: Secrets): DemoAccount[] {
  return [
    { email: "admin@mullion.test", name: "Ada Reyes", roles: ["admin"], password: secrets.adminPassword },
    {
      email: "developer@mullion.test",
      name: "Dana Ivers",
      roles: ["developer"],
      password: secrets.developerPassword,
    },
    {
      email: "member@mullion.test",
      name: "Milo Okafor",
      roles: ["member"],
      password: secrets.memberPassword,
    },
    {
      email: "viewer@mullion.test",
      name: "Vera Lindqvist",
      roles: ["viewer"],
      password: secrets.viewerPassword,
    },
  ];
}
