/** A machine's metadata service, and services of AWS that believe only what its role has signed. */
import { AwsV4Signer } from "aws4fetch";

const KEYS = {
  AccessKeyId: "AKIDEXAMPLE",
  SecretAccessKey: "example/+secret",
  Token: "session/+==",
};

/** What reached a service. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly target: string | null;
  readonly body: string;
}

/** Runs scripts of a machine as if they ran there. */
export class Machine implements AsyncDisposable {
  /** What was signed well, in order. */
  readonly requests: SignedRequest[] = [];
  /** How many requests are refused before one is believed. */
  refusals = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Where programs are looked for first. */
  readonly bin: string;

  private constructor(
    readonly folder: string,
    services: readonly string[],
    answer: (request: SignedRequest) => unknown,
  ) {
    this.bin = `${folder}/bin`;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/latest/api/token") return new Response("metadata-token");
        if (pathname.startsWith("/latest/")) return metadata(request, pathname);
        const body = await request.text();
        if (this.refusals-- > 0 || !await isSigned(request, body, services)) {
          return new Response("AccessDenied", { status: 403 });
        }
        const target = request.headers.get("x-amz-target");
        const seen = { method: request.method, path: pathname, target, body };
        this.requests.push(seen);
        return Response.json(answer(seen));
      },
    );
  }

  /**
   * Starts the services.
   *
   * @param services For which requests are signed: `s3`
   * @param scripts Files to be found by name
   */
  static async start(
    services: readonly string[],
    scripts: Readonly<Record<string, string>>,
    answer: (request: SignedRequest) => unknown = () => ({}),
  ): Promise<Machine> {
    const machine = new Machine(await Deno.makeTempDir(), services, answer);
    await Deno.mkdir(machine.bin);
    for (const [name, content] of Object.entries(scripts)) {
      await Deno.writeTextFile(`${machine.bin}/${name}`, content, { mode: 0o755 });
    }
    return machine;
  }

  /** Where the services answer. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Runs a script. */
  async run(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { code, stdout, stderr } = await new Deno.Command(`${this.bin}/${name}`, {
      args: [...args],
      env: {
        METADATA: `${this.url}/latest`,
        ENDPOINT: this.url,
        PATH: `${this.bin}:${Deno.env.get("PATH")}`,
        ...env,
      },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function metadata({ headers }: Request, path: string): Response {
  if (headers.get("x-aws-ec2-metadata-token") !== "metadata-token") {
    return new Response("", { status: 401 });
  }
  return path.endsWith("/iam/security-credentials/")
    ? new Response("server-role")
    : Response.json(KEYS);
}

/** Whether the role of the machine signed it, session and all. */
async function isSigned(
  request: Request,
  body: string,
  services: readonly string[],
): Promise<boolean> {
  const given = request.headers.get("authorization") ?? "";
  const service = services.find((one) => given.includes(`/us-east-1/${one}/aws4_request`));
  if (service === undefined) return false;
  const names = /SignedHeaders=([^,]+)/.exec(given)?.[1].split(";") ?? [];
  const headers = names.filter((name) => name !== "host").map((name) =>
    [name, request.headers.get(name) ?? ""] as [string, string]
  );
  const signer = new AwsV4Signer({
    url: request.url,
    method: request.method,
    headers,
    body,
    accessKeyId: KEYS.AccessKeyId,
    secretAccessKey: KEYS.SecretAccessKey,
    service,
    region: "us-east-1",
    datetime: request.headers.get("x-amz-date") ?? "",
    allHeaders: true,
  });
  return given === (await signer.sign()).headers.get("authorization") &&
    request.headers.get("x-amz-security-token") === KEYS.Token;
}
