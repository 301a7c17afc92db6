import { withRemote } from "@mullion/federation/build";

export default withRemote({ name: "user", exposes: { "./app": "./src/app.tsx" } });
