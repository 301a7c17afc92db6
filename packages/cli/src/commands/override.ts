import type { Command } from "commander";
import { type ConnectionOptions, resolveAddresses, resolveConnection } from "../connection.ts";
import { type Output, table } from "../output.ts";
import { createOverrideClient } from "../registry/overrides.ts";
import { type ChannelOptions, type Register, withChannel, withConnection } from "./register.ts";
import { parseNumber, parseTarget } from "./target.ts";

interface CreateOptions extends ChannelOptions {
  readonly for?: string;
  readonly minutes: string;
  readonly shell?: string;
}

function addCreate(override: Command, output: () => Output): void {
  withChannel(override.command("create", { isDefault: true }))
    .summary("a link that shows one published version to one person (the default)")
    .description(
      "Makes a link for one person to see one version inside the live shell, for a while. It shows nothing to anybody else.",
    )
    .argument("<remote@version>", "what to show")
    .option("--for <user>", "id of the person it is for; yourself when not given")
    .option("--minutes <n>", "how long it is good for, 1440 at most", "60")
    .option("--shell <url>", "where the shell is (MULLION_SHELL)")
    .action(async (target: string, options: CreateOptions) => {
      const { remote, version } = parseTarget(target);
      const minutes = parseNumber(options.minutes, "--minutes", { from: 1, to: 1_440 });
      const { shell } = resolveAddresses(["shell"], options);
      const issued = await createOverrideClient(resolveConnection(options)).issue({
        channel: options.channel,
        target: { kind: "version", remote, version },
        minutes: Math.round(minutes),
        ...(options.for === undefined ? {} : { user: options.for }),
      });
      const link = new URL("/override", shell);
      link.searchParams.set("token", issued.token);
      const { id, expiresAt } = issued;
      output().result({ id, expiresAt, link: link.href }, [
        `✓ ${remote}@${version} for ${options.for ?? "you"}, until ${expiresAt}`,
        link.href,
      ]);
    });
}

function addList(override: Command, output: () => Output): void {
  withConnection(override.command("list"))
    .summary("overrides that are still good")
    .description("Lists the overrides that you made or may use; all of them for an administrator.")
    .action(async (options: ConnectionOptions) => {
      const list = await createOverrideClient(resolveConnection(options)).list();
      const rows = list.overrides.map((one) => [
        one.id,
        one.remote,
        one.shows.kind === "version" ? one.shows.version : one.shows.url,
        one.user,
        one.issuedBy,
        one.expiresAt,
        one.firstUsedAt ?? "-",
      ]);
      const lines =
        rows.length === 0
          ? ["No override is good just now."]
          : table(["ID", "REMOTE", "SHOWS", "FOR", "BY", "UNTIL", "FIRST USED"], rows);
      output().result(list, lines);
    });
}

function addRevoke(override: Command, output: () => Output): void {
  withConnection(override.command("revoke"))
    .summary("end an override")
    .description("Ends an override within seconds, also where it is being used.")
    .argument("<id>", "as mullion override list shows it")
    .action(async (id: string, options: ConnectionOptions) => {
      await createOverrideClient(resolveConnection(options)).revoke(id);
      output().result({ id, revoked: true }, [`✓ ${id} shows nothing any more`]);
    });
}

export const registerOverride: Register = (program, output) => {
  const override = program.command("override").summary("show one version to one person");
  for (const add of [addCreate, addList, addRevoke]) add(override, output);
};
