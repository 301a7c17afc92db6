import { writeFileSync } from "node:fs";
import path from "node:path";
import { computeContract } from "./compute-contract.ts";

// Run after a change of public types: pnpm --filter @mullion/session contract
const packageDir = path.resolve(import.meta.dirname, "../..");
const contract = computeContract(packageDir, "src/index.ts");
writeFileSync(path.join(packageDir, "contract.json"), `${JSON.stringify(contract, undefined, 2)}\n`);
