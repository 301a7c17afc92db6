import { createRequire } from "node:module";
import path from "node:path";
import type { Release } from "@mullion/contracts";
import { z } from "zod";
import { readJson } from "./read-json.ts";

const contractSchema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

/** The contract that a package ships as `contract.json`, as the remote in `dir` has it installed. */
function findContract(dir: string, name: string): string | undefined {
  try {
    return createRequire(path.join(path.resolve(dir), "package.json")).resolve(`${name}/contract.json`);
  } catch {
    return undefined;
  }
}

/**
 * What a release says of the modules that it takes from the shell. A package that ships a contract is compared by it, export
 * by export, and by no version; every other by the range it was built for.
 * @throws {CliError} `build_invalid` for a contract that is none.
 */
export async function readContracts(
  dir: string,
  ranges: Readonly<Record<string, string>>,
): Promise<Pick<Release, "shared" | "contracts">> {
  const shared: Release["shared"] = {};
  const contracts: Release["contracts"] = {};
  for (const [name, range] of Object.entries(ranges).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const file = findContract(dir, name);
    shared[name] = file === undefined ? range : false;
    if (file === undefined) continue;
    const contract = await readJson(file, contractSchema, {
      missing: "build_invalid",
      invalid: "build_invalid",
      hint: `Install ${name} again.`,
    });
    for (const [exported, hash] of Object.entries(contract)) contracts[`${name}#${exported}`] = hash;
  }
  return { shared, contracts };
}
