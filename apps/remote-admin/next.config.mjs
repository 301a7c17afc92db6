import { withRemote } from "@mullion/federation/build";

export default withRemote({
  name: "admin",
  exposes: { "./app": "./src/app.tsx", "./rollouts": "./src/rollouts/page.tsx" },
});
