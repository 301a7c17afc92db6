import { type ConnectionOptions, resolveAddresses } from "../connection.ts";
import { CliError } from "../errors.ts";
import { signOut } from "../login/sign-out.ts";
import type { Register } from "./register.ts";

export const registerLogout: Register = (program, output) => {
  program
    .command("logout")
    .summary("end the sign-in of mullion login")
    .description("Ends the sign-in at the authorization server and forgets it here.")
    .option("--issuer <url>", "the authorization server (MULLION_ISSUER)")
    .action(async (options: ConnectionOptions) => {
      const { issuer } = resolveAddresses(["issuer"], options);
      const signedOut = await signOut(issuer);
      if (signedOut === "forgotten") {
        throw new CliError("unreachable", `Forgotten here, but ${issuer} could not be told.`, {
          hint: "End the sign-in on the list of devices of your account there.",
        });
      }
      output().result({ issuer, signedOut }, [
        signedOut === "absent" ? `Nobody was signed in at ${issuer}.` : `✓ Signed out at ${issuer}`,
      ]);
    });
};
