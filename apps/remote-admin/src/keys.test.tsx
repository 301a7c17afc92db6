import type { KeyList, SigningKey } from "@mullion/contracts/identity-keys";
import { createBffStub, Pane, type StubbedAnswer } from "@mullion/session/testing";
import { createFormatter } from "@mullion/ui";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Keys } from "./keys.tsx";

const key = (kid: string, status: SigningKey["status"]): SigningKey => ({
  ...{ kid, status, alg: "ES256", publishedAt: "2026-03-01T10:00:00Z" },
  currentSince: null,
  retiresAt: null,
});
const before: KeyList = { keys: [key("one", "current"), key("two", "next")] };
const after: KeyList = { keys: [key("two", "current"), key("three", "next"), key("one", "previous")] };

async function setUp(rotation: StubbedAnswer) {
  let list: unknown = before;
  const stub = createBffStub(({ method }) => {
    if (method === "GET") return { body: list };
    if (rotation.status === undefined) list = rotation.body;
    return rotation;
  });
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane roles={["admin"]}>
      <Keys format={createFormatter(undefined)} />
    </Pane>,
  );
  await screen.findByRole("row", { name: /one/u });
  return () => stub.calls.filter(({ method }) => method !== "GET");
}

function rotate(): void {
  fireEvent.click(screen.getByRole("button", { name: "Rotate now" }));
  fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Rotate now" }));
}

describe("signing keys", () => {
  afterEach(cleanup);

  it("S3.8 are rotated after asking, and the new state shows at once", async () => {
    const writes = await setUp({ body: after });
    fireEvent.click(screen.getByRole("button", { name: "Rotate now" }));
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(writes()).toEqual([]);
    rotate();
    const row = await screen.findByRole("row", { name: /three/u });
    expect(row.textContent).toContain("not yet signing");
    expect(screen.getByRole("row", { name: /^two/u }).textContent).toContain("Signs");
    expect(writes()).toEqual([{ method: "POST", path: "/identity/keys/rotate", body: {} }]);
  });

  it("stay as they are when the next ones are too fresh, and the reason is shown", async () => {
    const title = "The next key has not been published for long enough.";
    await setUp({ status: 409, body: { title, status: 409, code: "key_too_fresh" } });
    rotate();
    expect((await screen.findByRole("alert")).textContent).toContain(title);
    expect(screen.getByRole("row", { name: /^one/u }).textContent).toContain("Signs");
  });
});
