export { createEventSink, type EventSink, type EventSinkOptions } from "./event-sink.ts";
