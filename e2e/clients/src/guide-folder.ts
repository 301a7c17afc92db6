import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { GuideError } from "./errors.ts";
import { type Guide, type RunnableBlock, readGuide } from "./guide.ts";
import { type Program, startProgram } from "./program.ts";

/** Variables of a program. */
export type Environment = Readonly<Record<string, string>>;

/** A folder with a guide's blocks as files, and the programs that run in it. */
export interface GuideFolder {
  readonly path: string;
  /** Writes a block and returns its path. */
  write(name: string): Promise<string>;
  /** Writes a block of another guide, which is that one's to test, and returns its path. */
  borrow(guide: string, name: string): Promise<string>;
  /** Starts a program in the folder. */
  launch(command: string, args: readonly string[], env: Environment): Program;
  /** The text of a block for a shell, counted from 0. */
  shell(index: number): string;
  /** Blocks that were neither written nor given out so far. */
  notRun(): string[];
  /** Ends the programs and removes the folder. */
  close(): Promise<void>;
}

// Where the packages are that the guides' code imports.
const nodeModules = resolve(import.meta.dirname, "../node_modules");

function find(guide: Guide, name: string): RunnableBlock {
  const block = guide.runnable.find((candidate) => candidate.name === name);
  if (block === undefined) throw new GuideError("block_unknown", `${guide.name} has no block ${name}`);
  return block;
}

/** Creates an empty folder from which the code of a guide finds its packages. */
export async function createGuideFolder(guide: Guide): Promise<GuideFolder> {
  const path = await mkdtemp(join(tmpdir(), `mullion-guide-${guide.name}-`));
  await symlink(nodeModules, join(path, "node_modules"));
  const untouched = new Set<RunnableBlock>(guide.runnable);
  const programs: Program[] = [];

  const save = async ({ name, code }: RunnableBlock): Promise<string> => {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
    return file;
  };

  return {
    path,
    write(name) {
      const block = find(guide, name);
      untouched.delete(block);
      return save(block);
    },
    borrow: async (other, name) => save(find(await readGuide(other), name)),
    launch(command, args, env) {
      const program = startProgram({ command, args, cwd: path, env });
      programs.push(program);
      return program;
    },
    shell(index) {
      const block = guide.runnable.filter(({ language }) => language === "sh")[index];
      if (block === undefined) throw new GuideError("block_unknown", `no block ${index} for a shell`);
      untouched.delete(block);
      return block.code;
    },
    notRun: () => [...untouched].map(({ name, code }) => (name === "" ? code : name)),
    async close() {
      await Promise.all(programs.map((program) => program.stop()));
      await rm(path, { recursive: true, force: true });
    },
  };
}
