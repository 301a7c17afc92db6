import { resolveConnection } from "../connection.ts";
import { deploy } from "../deploy.ts";
import { readNamedKey } from "../keys/find-signing-key.ts";
import { bytesText } from "./bytes-text.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";

const noticeMs = 30 * 24 * 60 * 60 * 1_000;

/** Said early: when it has happened, fronts show the remote no more. */
function endOfKey(goodUntil: string): string[] {
  if (Date.parse(goodUntil) - Date.now() > noticeMs) return [];
  return [
    `  its key may sign until ${goodUntil.slice(0, 10)}: have it delegated again (mullion keys delegate)`,
  ];
}

export const registerDeploy: Register = (program, output) => {
  withChannel(program.command("deploy"))
    .summary("publish a built remote and make it live")
    .description(
      "Packs and signs a remote's production build, uploads what the registry lacks, publishes and promotes it.",
    )
    .argument("<dir>", "folder of a built remote, or of an artifact")
    .option("--no-promote", "publish only")
    .option("--key <file>", "the team's private key, a JWK (MULLION_SIGNING_KEY)")
    .action(async (dir: string, options: ChannelOptions & { promote: boolean; key?: string }) => {
      const { channel, promote } = options;
      const deployment = await deploy({
        ...resolveConnection(options),
        dir,
        channel,
        promote,
        signingKey: await readNamedKey(options.key),
        onProgress: (line) => {
          output().progress(line);
        },
      });
      const { remote, version, uploadedFiles, uploadedBytes, files, change } = deployment;
      const where =
        change === null
          ? "published, not promoted"
          : `live in ${channel} (revision ${String(change.revision)})`;
      const sent = `${String(uploadedFiles)} of ${String(files)} files uploaded, ${bytesText(uploadedBytes)}`;
      output().result(deployment, [
        `✓ ${remote}@${version} ${where}; ${sent}`,
        ...endOfKey(deployment.goodUntil),
      ]);
    });
};
