import { listen } from "@mullion/http-service";
import { readEnv } from "./env.ts";
import { createRegistry } from "./server.ts";

const env = readEnv();
await listen(await createRegistry(env), { host: env.HOST, port: env.PORT });
