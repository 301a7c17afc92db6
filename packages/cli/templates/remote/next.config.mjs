import { withRemote } from "@mullion/federation/build";

export default withRemote({ name: "placeholder", exposes: { "./app": "./src/app.tsx" } });
