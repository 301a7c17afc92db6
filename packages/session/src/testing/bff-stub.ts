/** One call that reached the stub. `path` is the API's path, without `/api/bff`. */
export interface StubbedCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What the stub answers. A status other than 2xx makes `body` a problem document. */
export interface StubbedAnswer {
  readonly status?: number;
  readonly body?: unknown;
}

/** Stands for the shell's BFF in a test: put `fetch` in place of the global one and look at `calls`. */
export interface BffStub {
  readonly calls: readonly StubbedCall[];
  readonly fetch: typeof fetch;
}

function toResponse({ status = 200, body }: StubbedAnswer): Response {
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
    const call: StubbedCall = {
      method: request.method,
      path: pathname.replace(/^\/api\/bff/u, "") + search,
      body: text === "" ? undefined : (JSON.parse(text) as unknown),
    };
    calls.push(call);
    return toResponse(await answer(call));
  };
  return { calls, fetch: stubbedFetch };
}
