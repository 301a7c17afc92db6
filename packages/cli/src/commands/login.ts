import { styleText } from "node:util";
import { type ConnectionOptions, resolveAddresses } from "../connection.ts";
import { signIn, type Verification } from "../login/sign-in.ts";
import type { Output } from "../output.ts";
import { openInBrowser } from "./open-in-browser.ts";
import type { Register } from "./register.ts";

function askFor({ url, userCode, completeUrl, expiresInSeconds }: Verification): string[] {
  const code = styleText("bold", userCode, { stream: process.stderr });
  return [
    `  Open ${url} and enter  ${code}`,
    ...(completeUrl === undefined ? [] : [`  or open ${completeUrl}`]),
    `  The code is good for ${String(Math.round(expiresInSeconds / 60))} minutes. Waiting…`,
  ];
}

async function act(output: Output, options: ConnectionOptions & { open?: boolean }): Promise<void> {
  const { issuer } = resolveAddresses(["issuer"], options);
  const { user, scopes } = await signIn(issuer, (verification) => {
    output.ask(askFor(verification));
    if (options.open === true) openInBrowser(verification.completeUrl ?? verification.url);
  });
  const name = user.email ?? user.name ?? user.id;
  output.result({ issuer, user, scopes }, [
    `✓ Signed in at ${issuer} as ${name} (${user.roles.join(", ")})`,
    ...(scopes.includes("registry:publish")
      ? []
      : ["  Your role allows you to look, not to deploy or to develop remotes."]),
  ]);
}

export const registerLogin: Register = (program, output) => {
  program
    .command("login")
    .summary("sign in, in a browser here or elsewhere")
    .description(
      "Shows an address and a code to enter there (RFC 8628), and keeps the sign-in for this user of this machine.",
    )
    .option("--issuer <url>", "the authorization server (MULLION_ISSUER)")
    .option("--open", "open the address in the browser of this machine")
    .action(async (options: ConnectionOptions & { open?: boolean }) => {
      await act(output(), options);
    });
};
