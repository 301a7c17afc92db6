/** One call that reached the stub. `path` is the API's path, without `/api/bff`; other paths of the shell are whole. */
export interface StubbedCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What the stub answers. A status other than 2xx makes `body` a problem document. */
export interface StubbedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  /** Makes it an event stream that sends these and stays open. `name` is the event's, `data` is sent as JSON. */
  readonly events?: readonly { readonly name: string; readonly data: unknown }[];
}

/** Stands for the shell's BFF in a test: put `fetch` in place of the global one and look at `calls`. */
export interface BffStub {
  readonly calls: readonly StubbedCall[];
  readonly fetch: typeof fetch;
}

function toStream(events: NonNullable<StubbedAnswer["events"]>): Response {
  const text = events.map(({ name, data }) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(text));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function toResponse({ status = 200, body, events }: StubbedAnswer): Response {
  if (events !== undefined) return toStream(events);
  if (body === undefined) return new Response(null, { status: status === 200 ? 204 : status });
  return Response.json(body, { status });
}

/** Creates a stub that asks `answer` about every call; a promise keeps the call waiting. */
export function createBffStub(
  answer: (call: StubbedCall) => StubbedAnswer | Promise<StubbedAnswer>,
): BffStub {
  const calls: StubbedCall[] = [];
  const stubbedFetch: typeof fetch = async (input, init) => {
    const request = new Request(
      new URL(input instanceof Request ? input.url : input, "http://shell.test"),
      init,
    );
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    const isJson = request.headers.get("content-type")?.startsWith("application/json") === true;
    const call: StubbedCall = {
      method: request.method,
      path: pathname.replace(/^\/api\/bff/u, "") + search,
      body: isJson ? (JSON.parse(text) as unknown) : text === "" ? undefined : text,
    };
    calls.push(call);
    return toResponse(await answer(call));
  };
  return { calls, fetch: stubbedFetch };
}
