type Method = "GET" | "POST";

/** How an address of the protocol may be asked. */
export interface Endpoint {
  path: string;
  methods: readonly Method[];
  /** Scripts of other origins may ask it: the provider answers their preflights. */
  cors?: true;
  /** A form that is sent to it is asked for again by GET. */
  formByGet?: true;
}

/** Every address of the protocol. */
export const endpoints: readonly Endpoint[] = [
  { path: "/.well-known/openid-configuration", methods: ["GET"], cors: true },
  { path: "/.well-known/oauth-authorization-server", methods: ["GET"], cors: true },
  { path: "/jwks", methods: ["GET"], cors: true },
  { path: "/auth", methods: ["GET", "POST"], formByGet: true },
  { path: "/auth/:uid", methods: ["GET"] },
  { path: "/request", methods: ["POST"], cors: true },
  { path: "/token", methods: ["POST"], cors: true },
  { path: "/token/introspection", methods: ["POST"], cors: true },
  { path: "/token/revocation", methods: ["POST"], cors: true },
  { path: "/me", methods: ["GET", "POST"], cors: true },
  { path: "/device", methods: ["GET", "POST"] },
  { path: "/device/auth", methods: ["POST"], cors: true },
  { path: "/device/:uid", methods: ["GET"] },
  { path: "/session/end", methods: ["GET", "POST"], formByGet: true },
  { path: "/session/end/confirm", methods: ["POST"] },
  { path: "/session/end/success", methods: ["GET"] },
];
