import { type Profile, remoteManifestSchema } from "@mullion/contracts";
import { createBffStub, Pane } from "@mullion/session/testing";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { renderToString } from "react-dom/server";
import { afterEach, expect, it, vi } from "vitest";
import manifest from "../mullion.remote.json" with { type: "json" };
import App from "./app.tsx";

const profile: Profile = {
  id: "user-1",
  email: "ada@mullion.test",
  preferences: { displayName: "Ada", locale: "en-GB", timeZone: "UTC", theme: "system", emailDigest: false },
  pins: [],
  updatedAt: null,
};

afterEach(cleanup);

it("comes complete from the server with the data its manifest asks for", () => {
  const { data } = remoteManifestSchema.parse(manifest).routes[0] ?? {};
  const initialData = Object.fromEntries((data ?? []).map((path) => [path, profile]));
  const html = renderToString(
    <Pane initialData={initialData}>
      <App />
    </Pane>,
  );
  expect(html).toContain("ada@mullion.test");
});

it("offers to try again when nothing could be loaded, and recovers", async () => {
  let isUp = false;
  const stub = createBffStub(() =>
    isUp
      ? { body: profile }
      : { status: 503, body: { title: "Unavailable", status: 503, code: "unavailable" } },
  );
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane>
      <App />
    </Pane>,
  );
  const retry = await screen.findByRole("button", { name: "Try again" });
  isUp = true;
  fireEvent.click(retry);
  expect(await screen.findByText(/ada@mullion.test/)).toBeTruthy();
});
