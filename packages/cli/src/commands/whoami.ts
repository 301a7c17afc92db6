import { type ConnectionOptions, resolveConnection } from "../connection.ts";
import { freshLogin } from "../login/access-token.ts";
import { type Register, withConnection } from "./register.ts";

export const registerWhoami: Register = (program, output) => {
  withConnection(program.command("whoami"))
    .summary("as whom commands act")
    .description("Says as whom commands act, where, and what that allows.")
    .action(async (options: ConnectionOptions) => {
      const { registry, issuer, clientId, clientSecret } = resolveConnection(options);
      const places = [`  registry  ${registry}`, `  issuer    ${issuer}`];
      if (clientSecret !== undefined) {
        output().result({ registry, issuer, client: clientId }, [
          `The client ${clientId} of MULLION_CLIENT_ID`,
          ...places,
        ]);
        return;
      }
      const { user, scopes } = await freshLogin(issuer);
      output().result({ registry, issuer, user, scopes }, [
        `${user.name ?? user.id}${user.email === undefined ? "" : ` <${user.email}>`} (${user.roles.join(", ")})`,
        ...places,
        `  may       ${scopes.filter((scope) => scope.startsWith("registry:")).join(", ")}`,
      ]);
    });
};
