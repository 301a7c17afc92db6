import type { RegisteredClient } from "@mullion/contracts/identity-clients";
import { createBffStub, Pane, type StubbedAnswer, type StubbedCall } from "@mullion/session/testing";
import { createFormatter } from "@mullion/ui";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toRegistration } from "./client-kinds.ts";
import { Clients } from "./clients.tsx";

const billing = {
  clientId: "billing",
  name: "Billing",
  applicationType: "web",
  tokenEndpointAuthMethod: "client_secret_basic",
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: ["https://billing.example/callback"],
  postLogoutRedirectUris: [],
  scopes: [],
  accessTokenFormat: "jwt",
  idTokenSignedResponseAlg: "ES256",
  origins: [],
  firstParty: false,
  firstPartyApi: false,
  dpopBoundAccessTokens: false,
  requirePkce: true,
  requirePushedAuthorizationRequests: false,
  source: "api",
  disabled: false,
  createdAt: "2026-03-01T10:00:00Z",
  updatedAt: "2026-03-01T10:00:00Z",
  previousSecretExpiresAt: null,
} as const satisfies RegisteredClient;
const shell = {
  ...billing,
  clientId: "mullion-shell",
  name: "Shell",
  source: "file",
  firstParty: true,
} as const;

async function setUp(onWrite: (call: StubbedCall) => StubbedAnswer = () => ({})) {
  let lists = 0;
  const stub = createBffStub((call) => {
    if (call.method !== "GET") return onWrite(call);
    lists += 1;
    return { body: { clients: [billing, shell] } };
  });
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane roles={["admin"]}>
      <Clients format={createFormatter(undefined)} />
    </Pane>,
  );
  await screen.findByRole("row", { name: /Billing/u });
  return { writes: () => stub.calls.filter(({ method }) => method !== "GET"), lists: () => lists };
}

function fill(label: string, value: string): void {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
}

describe("clients", () => {
  afterEach(cleanup);

  it("S3.6 shows how each gets tokens and where it redirects to; those of the file are changed there", async () => {
    await setUp();
    const row = within(screen.getByRole("row", { name: /Billing/u }));
    expect(row.getByText("authorization code, refresh token")).toBeTruthy();
    expect(row.getByText("https://billing.example/callback")).toBeTruthy();
    const ours = within(screen.getByRole("row", { name: /Shell/u }));
    expect(ours.getByText("In the client file")).toBeTruthy();
    expect(ours.queryByRole("button")).toBeNull();
  });

  it("registers a browser application as a public client and asks for the list again", async () => {
    const registered = { ...billing, clientId: "shop", tokenEndpointAuthMethod: "none" };
    const { writes, lists } = await setUp(() => ({ status: 201, body: { client: registered } }));
    fill("Kind", "spa");
    fill("Client id", " shop ");
    fill("Redirect URIs", "https://shop.example/callback\n\nhttps://shop.example/silent\n");
    fireEvent.click(screen.getByRole("button", { name: "Register" }));
    expect(await screen.findByText(/It is public/u)).toBeTruthy();
    expect(writes()).toEqual([
      {
        method: "POST",
        path: "/identity/clients",
        body: {
          clientId: "shop",
          grantTypes: ["authorization_code", "refresh_token"],
          tokenEndpointAuthMethod: "none",
          redirectUris: ["https://shop.example/callback", "https://shop.example/silent"],
          origins: ["https://shop.example"],
        },
      },
    ]);
    await expect.poll(lists).toBe(2);
  });

  it("shows a new client's secret once", async () => {
    await setUp(() => ({ status: 201, body: { client: billing, clientSecret: "made-by-identity" } }));
    fill("Client id", "billing");
    fireEvent.click(screen.getByRole("button", { name: "Register" }));
    expect((await screen.findByRole("alert")).textContent).toContain("made-by-identity");
  });

  it("puts what identity refuses to the field that it is about", async () => {
    await setUp(() => ({
      status: 400,
      body: {
        title: "Some fields are not valid.",
        status: 400,
        code: "invalid_body",
        issues: [{ path: "redirectUris.0", message: "http://shop.example must be https" }],
      },
    }));
    fireEvent.click(screen.getByRole("button", { name: "Register" }));
    await screen.findByText(/Not registered/u);
    expect(screen.getByLabelText("Redirect URIs").getAttribute("aria-invalid")).toBe("true");
  });

  it("gives a new secret, disables, and deletes only after asking", async () => {
    const { writes } = await setUp(({ path }) =>
      path.endsWith("/secret")
        ? { body: { clientSecret: "the-new-one", previousSecretExpiresAt: null } }
        : { body: {} },
    );
    fireEvent.click(screen.getByRole("button", { name: "New secret: billing" }));
    expect((await screen.findByRole("alert")).textContent).toContain("the-new-one");
    fireEvent.click(screen.getByRole("button", { name: "Disable: billing" }));
    await expect.poll(() => writes().length).toBe(2);
    fireEvent.click(screen.getByRole("button", { name: "Delete: billing" }));
    const question = within(screen.getByRole("dialog", { name: "Delete billing?" }));
    expect(writes()).toHaveLength(2);
    fireEvent.click(question.getByRole("button", { name: "Delete" }));
    await expect
      .poll(() => writes().map(({ method, path, body }) => [method, path, body]))
      .toEqual([
        ["POST", "/identity/clients/billing/secret", {}],
        ["PATCH", "/identity/clients/billing", { disabled: true }],
        ["DELETE", "/identity/clients/billing", undefined],
      ]);
  });
});

describe("the registration of a kind", () => {
  const draft = { clientId: "x", name: "", redirectUris: "app.example:/callback" };

  it("gives people no redirect and no secret where there is nothing to keep one", () => {
    expect(toRegistration({ ...draft, kind: "device" })).toMatchObject({ tokenEndpointAuthMethod: "none" });
    expect(toRegistration({ ...draft, kind: "device" })).not.toHaveProperty("redirectUris");
    expect(toRegistration({ ...draft, kind: "native" })).toMatchObject({
      applicationType: "native",
      tokenEndpointAuthMethod: "none",
      redirectUris: ["app.example:/callback"],
    });
    expect(toRegistration({ ...draft, kind: "service" })).toEqual({
      clientId: "x",
      grantTypes: ["client_credentials"],
    });
  });
});
