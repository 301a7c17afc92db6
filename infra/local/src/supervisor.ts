import {
  type ProcessDefinition,
  type ProcessEvent,
  type SupervisedProcess,
  superviseProcess,
} from "./supervised-process.ts";

/** The processes of one platform. */
export interface Supervisor {
  /** Starts a process and keeps it running; resolves when it is ready. */
  add(definition: ProcessDefinition): Promise<void>;
  /** A process by name; throws for an unknown one. */
  get(name: string): SupervisedProcess;
  /** Pid of each process that runs now, by name. */
  pids(): Record<string, number>;
  /** Stops everything: first the apps, then the stores they use. */
  stopAll(): Promise<void>;
}

/** A supervisor without processes. `observe` hears of every start, end and restart. */
export function createSupervisor(observe: (event: ProcessEvent) => void): Supervisor {
  const processes = new Map<string, SupervisedProcess>();
  return {
    async add(definition) {
      const supervised = superviseProcess(definition, observe);
      processes.set(definition.name, supervised);
      await supervised.start();
    },
    get(name) {
      const found = processes.get(name);
      if (found === undefined)
        throw new Error(`no process is called ${name}: ${[...processes.keys()].join(", ")}`);
      return found;
    },
    pids() {
      const entries = [...processes.values()].map(({ name, pid }) => [name, pid()] as const);
      return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== undefined));
    },
    async stopAll() {
      for (const kind of ["app", "store"] as const) {
        const stopping = [...processes.values()].filter((supervised) => supervised.kind === kind);
        await Promise.all(stopping.map((supervised) => supervised.stop()));
      }
    },
  };
}
