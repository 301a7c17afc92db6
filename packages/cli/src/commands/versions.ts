import { type ConnectionOptions, resolveConnection } from "../connection.ts";
import { table } from "../output.ts";
import { createRegistryClient } from "../registry/client.ts";
import { bytesText } from "./bytes-text.ts";
import { type Register, withConnection } from "./register.ts";

export const registerVersions: Register = (program, output) => {
  withConnection(program.command("versions"))
    .summary("what was published")
    .description("Lists the published versions of a remote, newest first.")
    .argument("<remote>", "name of the remote")
    .action(async (remote: string, options: ConnectionOptions) => {
      const list = await createRegistryClient(resolveConnection(options)).listVersions(remote);
      const rows = list.versions.map((version) => [
        version.version,
        version.channels.join(", ") || "-",
        version.publishedAt,
        version.publishedBy,
        bytesText(version.bytes),
      ]);
      output().result(list, table(["VERSION", "LIVE IN", "PUBLISHED", "BY", "SIZE"], rows));
    });
};
