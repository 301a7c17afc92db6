import type { Command } from "commander";
import type { ConnectionOptions } from "../connection.ts";
import type { Output } from "../output.ts";

/** Adds a command. `output` is known only once arguments are parsed. */
export type Register = (program: Command, output: () => Output) => void;

/** Options of commands about one channel. */
export interface ChannelOptions extends ConnectionOptions {
  readonly channel: string;
}

/** Adds `--registry` and `--issuer`. */
export function withConnection(command: Command): Command {
  return command
    .option("--registry <url>", "the registry (MULLION_REGISTRY)")
    .option("--issuer <url>", "the authorization server (MULLION_ISSUER)");
}

/** Adds `--channel` and the connection's options. */
export function withChannel(command: Command): Command {
  return withConnection(command).option("--channel <name>", "the channel", "production");
}
