import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeRedisPort, type RedisProcess, startRedisProcess, until } from "./redis-process.ts";

/** Several Redis processes that take over from one another. */
export interface RedisTopology {
  /** What the shell's REDIS_URL would be. */
  readonly url: string;
  /** The master when it was started; in a cluster, that of the first third of the slots. */
  readonly master: RedisProcess;
  /** Everybody who holds data, the first masters first. */
  readonly nodes: readonly RedisProcess[];
  /** Ends every process and forgets all data. */
  stop(): Promise<void>;
}

const password = "data-password";
const sentinelPassword = "sentinel-password";
const inMemory = ['save ""', "appendonly no", `masterauth ${password}`, "repl-diskless-sync-delay 0"];

type Start = (name: string, port: number, settings: readonly string[]) => Promise<RedisProcess>;

const folderPrefix = "mullion-redis-";

/** Folders of tests that were killed: named after the pid of the process that made them. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [pid] = name.startsWith(folderPrefix) ? name.slice(folderPrefix.length).split("-") : [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      await rm(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

async function withProcesses(
  build: (start: Start) => Promise<Omit<RedisTopology, "stop">>,
): Promise<RedisTopology> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  const started: RedisProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((process) => process.kill()));
    await rm(folder, { recursive: true, force: true });
  };
  const start: Start = async (name, port, settings) => {
    const sentinel = name.startsWith("sentinel");
    const process = await startRedisProcess({
      ...{ folder: join(folder, name), port, settings, sentinel },
      password: sentinel ? sentinelPassword : password,
    });
    started.push(process);
    return process;
  };
  try {
    return { ...(await build(start)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function reports(process: RedisProcess, section: string, ...facts: string[]): Promise<boolean> {
  const text = String(await process.command("INFO", section).catch(() => ""));
  return facts.every((fact) => text.includes(fact));
}

/** A master, two replicas and three Sentinels (two must agree) that miss the master after half a second. */
export async function startRedisSentinels(): Promise<RedisTopology> {
  return withProcesses(async (start) => {
    const master = await start("master", await freeRedisPort(), inMemory);
    const following = [...inMemory, `replicaof 127.0.0.1 ${master.port}`];
    const replicas = [
      await start("replica-1", await freeRedisPort(), following),
      await start("replica-2", await freeRedisPort(), following),
    ];
    await until("both replicas follow", () =>
      reports(master, "replication", "slave0:", "slave1:", "state=online").then(
        async (known) => known && (await allInSync(replicas)),
      ),
    );
    const sentinels: RedisProcess[] = [];
    for (const name of ["sentinel-1", "sentinel-2", "sentinel-3"]) {
      sentinels.push(await start(name, await freeRedisPort(), sentinelSettings(master.port)));
    }
    await until("the Sentinels know all", async () => {
      const all = sentinels.map((sentinel) => reports(sentinel, "sentinel", "slaves=2,sentinels=3"));
      return (await Promise.all(all)).every(Boolean);
    });
    const addresses = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",");
    const url = `redis+sentinel://:${password}@${addresses}/main?sentinelPassword=${sentinelPassword}`;
    return { url, master, nodes: [master, ...replicas] };
  });
}

function sentinelSettings(masterPort: number): string[] {
  return [
    `sentinel monitor main 127.0.0.1 ${masterPort} 2`,
    `sentinel auth-pass main ${password}`,
    "sentinel down-after-milliseconds main 500",
    "sentinel failover-timeout main 3000",
    `sentinel sentinel-pass ${sentinelPassword}`,
  ];
}

async function allInSync(replicas: readonly RedisProcess[]): Promise<boolean> {
  const all = replicas.map((replica) => reports(replica, "replication", "master_link_status:up"));
  return (await Promise.all(all)).every(Boolean);
}

const slots = 16_384;

/** A cluster of three masters with a replica each, that misses a master after half a second. */
export async function startRedisCluster(): Promise<RedisTopology> {
  return withProcesses(async (start) => {
    const nodes: RedisProcess[] = [];
    for (let number = 1; number <= 6; number += 1) {
      const settings = [
        ...["cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 500"],
        "cluster-replica-validity-factor 0",
      ];
      nodes.push(await start(`node-${number}`, await freeRedisPort(), [...inMemory, ...settings]));
    }
    const [masters, replicas] = [nodes.slice(0, 3), nodes.slice(3)];
    const [master] = masters;
    if (master === undefined) throw new TypeError("no master");
    for (const [index, node] of nodes.entries()) {
      await node.command("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
      if (node !== master) await node.command("CLUSTER", "MEET", "127.0.0.1", master.port);
    }
    for (const [index, node] of masters.entries()) {
      const [from, to] = [index, index + 1].map((third) => Math.floor((third * slots) / 3));
      const own = Array.from({ length: Number(to) - Number(from) }, (_, at) => Number(from) + at);
      await node.command("CLUSTER", "ADDSLOTS", ...own);
    }
    for (const [index, node] of replicas.entries()) await replicate(node, masters[index] ?? master);
    await until("the cluster is whole", async () => {
      const states = nodes.map(async (node) => String(await node.command("CLUSTER", "INFO")));
      return (
        (await Promise.all(states)).every((state) => /cluster_state:ok[^]*known_nodes:6/.test(state)) &&
        (await allInSync(replicas))
      );
    });
    const addresses = masters.map(({ port }) => `127.0.0.1:${port}`).join(",");
    return { url: `redis+cluster://:${password}@${addresses}`, master, nodes };
  });
}

async function replicate(replica: RedisProcess, master: RedisProcess): Promise<void> {
  const id = String(await master.command("CLUSTER", "MYID"));
  await until("the replica has heard of its master", async () =>
    String(await replica.command("CLUSTER", "NODES")).includes(`${id} 127.0.0.1:${master.port}@`),
  );
  await replica.command("CLUSTER", "REPLICATE", id);
}
