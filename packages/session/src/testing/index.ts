export { type BffStub, createBffStub, type StubbedAnswer, type StubbedCall } from "./bff-stub.ts";
export { Pane } from "./pane.tsx";
export { createSocketStub, type SocketStub } from "./socket-stub.ts";
