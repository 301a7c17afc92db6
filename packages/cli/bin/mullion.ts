#!/usr/bin/env node
import { run } from "../src/program.ts";

process.exitCode = await run(process.argv.slice(2));
