import { withRemote } from "@mullion/federation/build";

export default withRemote({ name: "dashboard", exposes: { "./app": "./src/app.tsx" } });
