import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../identity.ts";
import { type ConformanceOptions, conformanceClients, OpenIdProvider } from "./openid-provider.ts";
import { type Plan, plans } from "./plans.ts";

type ModuleOf<P extends Plan> = keyof (typeof plans)[P] & string;

/** What a module works with. */
export type Module = (op: OpenIdProvider) => Promise<void>;

/** Runs a plan: one test per module, named as the module is, each against a provider without any sign-in. */
export function testPlan<P extends Plan>(
  plan: P,
  modules: Readonly<Record<ModuleOf<P>, Module>>,
  options: ConformanceOptions = {},
): void {
  describe(plan, () => {
    let identity: TestIdentity;
    let op: OpenIdProvider;
    beforeAll(async () => {
      identity = await startIdentity({ extraClients: conformanceClients(options) });
      op = await OpenIdProvider.discover(identity);
    });
    afterAll(async () => {
      await identity.close();
    });
    const order = Object.keys(plans[plan]) as ModuleOf<P>[];
    for (const name of order) {
      it(name, async () => {
        op.newBrowser();
        await modules[name](op);
        expect.hasAssertions();
      });
    }
  });
}
