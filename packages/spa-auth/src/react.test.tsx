import { act, cleanup, render, screen } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, expect, it } from "vitest";
import { createSpaAuth } from "./create-spa-auth.ts";
import { AuthProvider, useAuth } from "./react.tsx";
import { issuer, password, settle, TestIdentity } from "./test-identity.ts";

afterEach(cleanup);

function Who(): ReactNode {
  const { status, user, signIn, signOut } = useAuth();
  return (
    <>
      <p>{user === null ? status : `${status} ${user.name}`}</p>
      <button type="button" onClick={() => void signIn({ email: "ada@mullion.test", password })}>
        in
      </button>
      <button type="button" onClick={() => void signOut()}>
        out
      </button>
    </>
  );
}

async function click(name: string): Promise<void> {
  await act(async () => {
    screen.getByRole("button", { name }).click();
    await settle();
  });
}

it("S2.4 AuthProvider keeps the session and useAuth shows it, in strict mode too", async () => {
  const identity = new TestIdentity({ isAlive: false });
  const auth = createSpaAuth({ issuer, clientId: "todo" });
  render(
    <StrictMode>
      <AuthProvider auth={auth}>
        <Who />
      </AuthProvider>
    </StrictMode>,
  );
  expect(screen.getByText("loading")).toBeTruthy();
  await act(settle);
  expect(screen.getByText("signed-out")).toBeTruthy();
  await click("in");
  expect(screen.getByText("signed-in Ada")).toBeTruthy();
  await click("out");
  expect(screen.getByText("signed-out")).toBeTruthy();
  expect(identity.isAlive).toBe(false);
});

it("useAuth outside an AuthProvider says so", () => {
  new TestIdentity();
  expect(() => render(<Who />)).toThrow("outside an AuthProvider");
});
