import formbody from "@fastify/formbody";
import type { FastifyInstance } from "fastify";
import { setErrorPages } from "../pages/error-handler.ts";
import type { AccountChanges } from "../users/account-changes.ts";
import { appRoutes } from "./app-routes.ts";
import { type AccountOptions, createAccountArea } from "./area.ts";
import { deviceRoutes } from "./device-routes.ts";
import { linkedAccountRoutes } from "./linked-account-routes.ts";
import { overviewRoutes } from "./overview-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";

/** The account area, `/account`: what people see and change of their own. */
export async function accountRoutes(
  app: FastifyInstance,
  options: AccountOptions & { changes: AccountChanges },
): Promise<void> {
  await app.register(formbody);
  setErrorPages(app, options.pages);
  const area = createAccountArea(app, options);
  signInRoutes(app, area);
  overviewRoutes(area);
  settingsRoutes(area, options.changes);
  deviceRoutes(area);
  linkedAccountRoutes(area);
  appRoutes(area);
}
