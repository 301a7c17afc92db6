import { listen } from "@mullion/http-service";
import { readEnv } from "./env.ts";

const env = readEnv();
// Loaded after the environment is known: NextAuth reads its address when it is first called.
const { createShell } = await import("./server.ts");
await listen(await createShell(env), { host: env.HOST, port: env.PORT });
