import { withRemote } from "@mullion/federation/build";

export default withRemote({ name: "analytics", exposes: { "./app": "./src/app.tsx" } });
