import type { PublisherList } from "@mullion/contracts";
import type { Command } from "commander";
import { type ConnectionOptions, resolveConnection } from "../connection.ts";
import { type Output, table } from "../output.ts";
import { createRegistryClient } from "../registry/client.ts";
import { type Register, withConnection } from "./register.ts";

function show(output: Output, list: PublisherList): void {
  const rows = list.publishers.map(({ subject, name, grantedAt, grantedBy }) => [
    subject,
    name,
    grantedAt,
    grantedBy,
  ]);
  output.result(list, table(["SUBJECT", "NAME", "SINCE", "BY"], rows));
}

function addList(publishers: Command, output: () => Output): void {
  withConnection(publishers.command("list"))
    .summary("whom a remote belongs to")
    .description("Lists who may publish, promote, try and roll back a remote.")
    .argument("<remote>", "name of the remote")
    .action(async (remote: string, options: ConnectionOptions) => {
      show(output(), await createRegistryClient(resolveConnection(options)).listPublishers(remote));
    });
}

function addAdd(publishers: Command, output: () => Output): void {
  withConnection(publishers.command("add"))
    .summary("let somebody publish a remote")
    .description("Lets a user or a client publish, promote, try and roll back a remote.")
    .argument("<remote>", "name of the remote")
    .argument("<subject>", "id of a user, or of a client that acts for itself")
    .option("--name <name>", "how lists show the subject")
    .action(async (remote: string, subject: string, options: ConnectionOptions & { name?: string }) => {
      const client = createRegistryClient(resolveConnection(options));
      show(output(), await client.addPublisher(remote, subject, options.name));
    });
}

function addRemove(publishers: Command, output: () => Output): void {
  withConnection(publishers.command("remove"))
    .summary("take a remote from somebody")
    .description("Takes from a user or a client the right to change a remote. The last publisher stays.")
    .argument("<remote>", "name of the remote")
    .argument("<subject>", "as mullion publishers list shows it")
    .action(async (remote: string, subject: string, options: ConnectionOptions) => {
      const client = createRegistryClient(resolveConnection(options));
      show(output(), await client.removePublisher(remote, subject));
    });
}

export const registerPublishers: Register = (program, output) => {
  const publishers = program.command("publishers").summary("whom a remote belongs to");
  for (const add of [addList, addAdd, addRemove]) add(publishers, output);
};
