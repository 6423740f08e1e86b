/** One request on its way to Vault. */
export interface ProxiedRequest {
  /** `GET`, `POST`, `PATCH`, `LIST`. */
  readonly method: string;
  /** Without `/v1/`: `secret/data/app`. */
  readonly path: string;
  readonly body: string;
  /** From 1. */
  readonly number: number;
  /** Requests that are under way, this one included. */
  readonly atOnce: number;
}

/** What the proxy does with a request; `undefined` passes it on. */
export type Verdict =
  | undefined
  /** Answers in the server's place. */
  | Response
  /** The server never gets it; the connection ends. */
  | "drop"
  /** The server does it; its answer never comes back. */
  | "lose";

/** A proxy before a server. */
export interface VaultProxy extends AsyncDisposable {
  readonly address: string;
  /** Every request that came in, in order. */
  readonly requests: readonly ProxiedRequest[];
  /** How many requests were there at once, at most. */
  readonly mostAtOnce: () => number;
  /** Waits for the server to have answered what was passed on, also of a client that is gone. */
  settled(): Promise<void>;
  /** Milliseconds that each answered request was here. */
  durations(): readonly number[];
  /** What came in since, as `POST secret/data/app`. */
  writes(): string[];
}

/**
 * Starts a loopback proxy before a server.
 *
 * @param judge Decides about each request, before it is passed on
 */
export function startProxy(
  upstream: string,
  judge: (request: ProxiedRequest) => Verdict | Promise<Verdict> = () => undefined,
): VaultProxy {
  const requests: ProxiedRequest[] = [];
  const durations: number[] = [];
  const underway = new Set<Promise<Response>>();
  let most = 0;
  const handle = async (incoming: Request): Promise<Response> => {
    const { pathname, search } = new URL(incoming.url);
    const body = await incoming.text();
    const { method } = incoming;
    const path = decodeURIComponent(pathname.replace("/v1/", ""));
    const request = { method, path, body, number: requests.length + 1, atOnce: underway.size };
    requests.push(request);
    const verdict = await judge(request);
    if (verdict instanceof Response) return verdict;
    if (verdict === "drop") return broken();
    const answer = await fetch(`${upstream}${pathname}${search}`, {
      method,
      headers: [...incoming.headers].filter(([name]) => /^(x-vault|content-type)/.test(name)),
      ...(body === "" ? {} : { body }),
    });
    const text = await answer.text();
    if (verdict === "lose") return broken();
    const empty = [204, 304].includes(answer.status);
    return new Response(empty ? null : text, { status: answer.status });
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => broken() },
    async (request) => {
      const started = performance.now();
      const answering = Promise.resolve().then(() => handle(request));
      underway.add(answering);
      most = Math.max(most, underway.size);
      try {
        return await answering;
      } finally {
        durations.push(performance.now() - started);
        underway.delete(answering);
      }
    },
  );
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    requests,
    mostAtOnce: () => most,
    settled: async () => void await Promise.allSettled(underway),
    durations: () => durations,
    writes: () =>
      requests.filter(({ method, path }) =>
        method !== "GET" && /\/(data|metadata|delete)\//.test(path)
      )
        .filter(({ method }) => method !== "LIST").map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An answer whose connection ends before its body does. */
function broken(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error("connection lost")),
  });
  return new Response(body, { headers: { "Content-Length": "10" } });
}
