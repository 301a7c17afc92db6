import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);
const isText = /\.(?:js|css|json|svg)$/;
// Below one packet there is nothing to win.
const worthwhileBytes = 1_400;

/** Puts `<file>.br` and `<file>.gz` beside each file of a build that gets smaller by it, once for all visits. */
async function compressBuild(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter(({ name }) => isText.test(name))) {
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    if (bytes.length < worthwhileBytes) continue;
    const [small, smaller] = await Promise.all([deflate(bytes, { level: 9 }), brotli(bytes)]);
    await writeFile(`${file}.gz`, small);
    await writeFile(`${file}.br`, smaller);
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node src/compress-build.ts <folder>");
await compressBuild(folder);
