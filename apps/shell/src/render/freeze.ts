import { createRequire, syncBuiltinESMExports } from "node:module";

const ownGlobals = Object.getOwnPropertyNames(globalThis);

/** Modules of Node.js that pages pass through, and those of React: what one remote changed there would hold for all. */
const nodeModules = [
  ...[
    "events",
    "stream",
    "stream/web",
    "stream/promises",
    "net",
    "http",
    "https",
    "fs",
    "fs/promises",
    "buffer",
  ],
  ...["crypto", "url", "util", "path", "zlib", "querystring", "string_decoder", "timers", "timers/promises"],
  ...["async_hooks", "vm", "os", "v8", "assert", "diagnostics_channel", "perf_hooks", "dns", "tls", "http2"],
];
const reactModules = [
  "react",
  "react/jsx-runtime",
  "react-dom",
  "react-dom/server.edge",
  "react-dom/server.browser",
  "react-dom/server.node",
];
/** Classes whose instances carry the pages of visitors. */
const classes: Readonly<Record<string, readonly string[]>> = {
  events: ["EventEmitter"],
  stream: ["Stream", "Readable", "Writable", "Duplex", "Transform", "PassThrough"],
  net: ["Socket", "Server"],
  http: ["Server", "IncomingMessage", "OutgoingMessage", "ServerResponse"],
  async_hooks: ["AsyncLocalStorage", "AsyncResource"],
};

/** Objects of the language itself. */
const intrinsics: readonly object[] = [
  ...[Object, Function, Array, String, Number, Boolean, BigInt, Symbol, RegExp, Date, Promise, Proxy],
  ...[Map, Set, WeakMap, WeakSet, WeakRef, ArrayBuffer, SharedArrayBuffer, DataView, Uint8Array],
  ...[
    URL,
    URLSearchParams,
    Headers,
    Request,
    Response,
    TextEncoder,
    TextDecoder,
    AbortController,
    AbortSignal,
  ],
  ...[ReadableStream, WritableStream, TransformStream, EventTarget, Event, Buffer],
  ...[JSON, Math, Reflect, Atomics, Intl, console],
];
/** Properties of the language that objects of their own are often given: by assignment, which a frozen one would refuse. */
const overridden = [
  "constructor",
  "toString",
  "valueOf",
  "toLocaleString",
  "hasOwnProperty",
  "name",
  "message",
];
/**
 * V8 inlines the methods of these as long as they are in one piece: redefining a single property takes that away for good, and
 * pages took a fifth longer. So they are frozen as they are, and an assignment to an instance's `constructor` is refused.
 */
const inlined: readonly object[] = [
  ...[Array, String, Number, Boolean, BigInt, Symbol, RegExp, Promise, Map, Set, WeakMap, WeakSet],
  ...[ArrayBuffer, SharedArrayBuffer, DataView, Uint8Array, Function],
].map(({ prototype }) => prototype as object);

/** Makes a property unchangeable on its object; an instance that assigns to it gets one of its own, as before. */
function fix(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  const value: unknown = descriptor.value;
  Object.defineProperty(target, key, {
    get: () => value,
    set(this: object, replacement: unknown) {
      if (this === target) throw new TypeError(`${String(key)} is shared and cannot be changed`);
      Object.defineProperty(this, key, {
        value: replacement,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
    enumerable: descriptor.enumerable ?? false,
    configurable: false,
  });
}

/** Fixes the methods of a class. What instances begin with stays as it is: every instance sets its own at once. */
function fixPrototype(prototype: object): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
    if (descriptor?.configurable === true && typeof descriptor.value === "function") {
      fix(prototype, key, descriptor);
    }
  }
  Object.preventExtensions(prototype);
}

/** Properties of an object of the language that its instances may be given. */
function overridable(object: object): readonly string[] {
  // The queue of a bundle's chunks is an array with a `push` of its own.
  if (object === Array.prototype) return ["push"];
  return typeof object === "function" || inlined.includes(object) ? [] : overridden;
}

/** Freezes an object of the language. */
function fixIntrinsic(object: object): void {
  for (const key of overridable(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (descriptor?.configurable === true && "value" in descriptor) fix(object, key, descriptor);
  }
  Object.freeze(object);
}

/**
 * Freezes what the pages of all visitors share, after Next has set itself up. A remote can still read what passes in its
 * own turn; it cannot leave anything behind there for the turns of others.
 */
export function freezeShared(): void {
  const require = createRequire(import.meta.url);
  const requireAsNext = createRequire(require.resolve("next/package.json"));
  for (const [module, names] of Object.entries(classes)) {
    const exported = require(module) as Record<string, { readonly prototype: object }>;
    for (const name of names) {
      const { prototype } = exported[name] ?? {};
      if (prototype !== undefined) fixPrototype(prototype);
    }
  }
  for (const object of intrinsics) {
    fixIntrinsic(object);
    const prototype: unknown = Reflect.get(object, "prototype");
    // That of Function is a function.
    if (prototype !== undefined && prototype !== null) fixIntrinsic(prototype);
  }
  for (const error of [
    Error,
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
    AggregateError,
  ]) {
    fixIntrinsic(error.prototype);
  }
  for (const name of nodeModules) Object.freeze(require(name));
  for (const name of reactModules) Object.freeze(requireAsNext(name));
  syncBuiltinESMExports();
  for (const name of ownGlobals) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (descriptor?.configurable === true && "value" in descriptor) {
      Object.defineProperty(globalThis, name, { writable: false, configurable: false });
    }
  }
  const env: unknown = Reflect.get(process, "env");
  Object.defineProperty(process, "env", {
    value: Object.freeze({ ...(env as object) }),
    configurable: false,
  });
}
