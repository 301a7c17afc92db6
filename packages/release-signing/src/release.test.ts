import type { Delegation, PlacedVersion, PublicKey, Release } from "@mullion/contracts";
import { base64url, CompactSign, importJWK } from "jose";
import { beforeAll, expect, it } from "vitest";
import { signDelegation } from "./delegation.ts";
import { type ReleaseSigningCode, ReleaseSigningError } from "./errors.ts";
import { decodeReleaseSigner, signRelease, verifyPlacedVersion } from "./release.ts";
import { algorithmOf, createSigningKey, publicKeyOf, type SigningKey, thumbprintOf } from "./signing-key.ts";

const now = new Date("2026-06-01T12:00:00Z");
const release: Release = {
  remote: "billing",
  version: "1.0.0-aaaaaa",
  container: "billing_aaaaaa",
  browserEntry: "_next/static/chunks/remoteEntry.js",
  serverEntry: "_next/static/ssr/remoteEntry.js",
  exposes: {},
  manifest: {
    name: "billing",
    title: "Billing",
    description: "",
    routes: [{ path: "/billing", expose: "./app", roles: [], data: [] }],
    navigation: [],
    scopes: [],
  },
  shared: { react: "^19.3.1" },
  contracts: {},
  files: [{ path: "a.js", bytes: 1, integrity: `sha384-${"A".repeat(64)}` }],
};

let root: SigningKey;
let team: SigningKey;
let otherTeam: SigningKey;
let trusted: PublicKey[];

beforeAll(async () => {
  [root, team, otherTeam] = await Promise.all([createSigningKey(), createSigningKey(), createSigningKey()]);
  trusted = [publicKeyOf(root)];
});

function delegate(change: Partial<Delegation> = {}, signer = root): Promise<string> {
  const delegation: Delegation = {
    team: "payments",
    remotes: ["billing"],
    key: publicKeyOf(team),
    issuedAt: "2026-05-01T00:00:00Z",
    expiresAt: "2026-08-01T00:00:00Z",
    ...change,
  };
  return signDelegation(delegation, signer);
}

async function place(change: Partial<PlacedVersion> = {}): Promise<PlacedVersion> {
  return {
    remote: "billing",
    version: "1.0.0-aaaaaa",
    jws: await signRelease(release, team),
    delegation: await delegate(),
    baseUrl: "http://registry.test/billing/1.0.0-aaaaaa/",
    ...change,
  };
}

async function codeOf(placed: PlacedVersion, keys = trusted): Promise<ReleaseSigningCode | "verified"> {
  return verifyPlacedVersion(placed, keys, now).then(
    () => "verified",
    (error: unknown) => {
      if (error instanceof ReleaseSigningError) return error.code;
      throw error;
    },
  );
}

/** Signs with a header of one's own making, as only an attacker would. */
async function forge(key: SigningKey, header: object, payload: unknown = release): Promise<string> {
  const alg = algorithmOf(key);
  const whole = { alg, kid: await thumbprintOf(key), typ: "mullion-release+jws", ...header };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader(whole)
    .sign(await importJWK(key, alg));
}

/** The same JWS with its header or its payload exchanged, under the old signature unless another is given. */
function exchange(jws: string, part: { header?: object; payload?: unknown; signature?: string }): string {
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const encode = (value: unknown, old: string): string =>
    value === undefined ? old : base64url.encode(JSON.stringify(value));
  return [encode(part.header, header), encode(part.payload, payload), part.signature ?? signature].join(".");
}

it.each(["EdDSA", "ES256"] as const)(
  "verifies a release from the root key down, with %s keys",
  async (algorithm) => {
    const [top, key] = await Promise.all([createSigningKey(algorithm), createSigningKey(algorithm)]);
    const placed = await place({
      jws: await signRelease(release, key),
      delegation: await delegate({ key: publicKeyOf(key) }, top),
    });
    const verified = await verifyPlacedVersion(placed, [publicKeyOf(top)], now);
    expect(verified.release).toEqual(release);
    expect(verified.delegation).toMatchObject({ team: "payments", thumbprint: await thumbprintOf(key) });
    expect(decodeReleaseSigner(placed.jws)).toBe(await thumbprintOf(key));
  },
);

it("SEC-52 a release that nobody signed is not believed", async () => {
  const { jws } = await place();
  const bare = { alg: "none", kid: await thumbprintOf(team), typ: "mullion-release+jws" };
  for (const unsigned of [
    exchange(jws, { signature: "" }),
    exchange(jws, { header: bare, signature: "" }),
    exchange(jws, { header: bare }),
    JSON.stringify(release),
    "",
  ]) {
    expect(await codeOf(await place({ jws: unsigned })), unsigned.slice(0, 40)).toBe("unsigned");
  }
});

it("SEC-52 a release signed again by another team is not believed, whichever delegation comes with it", async () => {
  const jws = await signRelease(release, otherTeam);
  expect(await codeOf(await place({ jws }))).toBe("unknown_key");
  const theirs = await delegate({ team: "others", remotes: ["dashboard"], key: publicKeyOf(otherTeam) });
  expect(await codeOf(await place({ jws, delegation: theirs }))).toBe("remote_not_delegated");
  // Under the name of the right team's key.
  const disguised = await forge(otherTeam, { kid: await thumbprintOf(team) });
  expect(await codeOf(await place({ jws: disguised }))).toBe("signature_invalid");
});

it("SEC-52 a delegation counts only when a trusted root key signed it", async () => {
  const self = await delegate({ key: publicKeyOf(otherTeam) }, otherTeam);
  const placed = await place({ jws: await signRelease(release, otherTeam), delegation: self });
  expect(await codeOf(placed)).toBe("unknown_key");
  expect(await codeOf(await place(), [])).toBe("unknown_key");
  const { delegation } = await place();
  const payload = { team: "x", remotes: ["billing"], key: publicKeyOf(otherTeam) };
  expect(await codeOf(await place({ delegation: exchange(delegation, { payload }) }))).toBe(
    "signature_invalid",
  );
});

it("SEC-52 an altered release is not believed, down to one hash of one file", async () => {
  const { jws } = await place();
  const files = [{ ...release.files[0], integrity: `sha384-${"B".repeat(64)}` }];
  expect(await codeOf(await place({ jws: exchange(jws, { payload: { ...release, files } }) }))).toBe(
    "signature_invalid",
  );
  const [header, payload, signature = ""] = jws.split(".");
  const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  expect(await codeOf(await place({ jws: [header, payload, flipped].join(".") }))).toBe("signature_invalid");
});

it("SEC-52 one signed version does not pass for another, nor for another remote's", async () => {
  expect(await codeOf(await place({ version: "1.0.0-bbbbbb" }))).toBe("other_version");
  expect(await codeOf(await place({ remote: "dashboard" }))).toBe("other_remote");
  const manifest = { ...release.manifest, name: "dashboard" };
  const jws = await signRelease({ ...release, manifest }, team);
  expect(await codeOf(await place({ jws }))).toBe("other_remote");
});

it("a delegation holds from when it was issued until it expires", async () => {
  const at = async (change: Partial<Delegation>): Promise<string> =>
    codeOf(await place({ delegation: await delegate(change) }));
  expect(await at({ expiresAt: "2026-06-01T12:00:00Z" })).toBe("delegation_expired");
  expect(await at({ expiresAt: "2026-06-01T12:00:01Z" })).toBe("verified");
  expect(await at({ issuedAt: "2026-06-01T12:01:01Z" })).toBe("delegation_not_yet_valid");
  expect(await at({ issuedAt: "2026-06-01T12:00:30Z" }), "clocks differ a little").toBe("verified");
});

it("SEC-52 a signature cannot choose its algorithm or bring its key along", async () => {
  const { jws } = await place();
  const kid = await thumbprintOf(team);
  const typ = "mullion-release+jws";
  // The public key as the secret of a MAC: the classic confusion.
  const secret = base64url.decode(team.x);
  const mac = await new CompactSign(new TextEncoder().encode(JSON.stringify(release)))
    .setProtectedHeader({ alg: "HS256", kid, typ })
    .sign(secret);
  expect(await codeOf(await place({ jws: mac }))).toBe("algorithm_refused");
  expect(await codeOf(await place({ jws: exchange(jws, { header: { alg: "ES256", kid, typ } }) }))).toBe(
    "algorithm_refused",
  );
  const jwk = publicKeyOf(otherTeam);
  expect(await codeOf(await place({ jws: await forge(otherTeam, { kid, jwk }) }))).toBe("unsigned");
  expect(await codeOf(await place({ jws: await forge(team, { jku: "https://evil.test/jwks" }) }))).toBe(
    "unsigned",
  );
});

it("SEC-52 a delegation does not pass for a release, nor a release for a delegation", async () => {
  const { jws, delegation } = await place();
  expect(await codeOf(await place({ jws: delegation }))).toBe("payload_invalid");
  expect(await codeOf(await place({ delegation: jws }))).toBe("payload_invalid");
  // The root key's own signature under a release that is none.
  const delegated = await delegate({ key: publicKeyOf(root) });
  const claim = await forge(root, {}, { remotes: ["billing"] });
  expect(await codeOf(await place({ jws: claim, delegation: delegated }))).toBe("payload_invalid");
});

it("while the root key is being replaced both are trusted", async () => {
  const next = await createSigningKey();
  const both = [publicKeyOf(root), publicKeyOf(next)];
  expect(await codeOf(await place(), both)).toBe("verified");
  expect(await codeOf(await place({ delegation: await delegate({}, next) }), both)).toBe("verified");
});
