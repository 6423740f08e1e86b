import { Problem } from "lib/schema/problem.ts";

/** A TCP port on loopback that nothing listens on at the moment. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/**
 * Refuses ports that something on this machine already listens on.
 *
 * @param ports Port → what wants it
 * @throws {Problem} naming the port, who wants it, and how to choose another
 */
export function requireFreePorts(ports: ReadonlyMap<number, string>): void {
  for (const [port, component] of ports) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      throw new Problem(
        `Port ${port} of component ${component} is taken on this machine, whose network the build ` +
          `shares: end what listens there, another build perhaps, or change the port with --set`,
      );
    }
  }
}

/**
 * Waits until an ssh server greets.
 *
 * @param at Where; `host` by its address
 * @param options `deadline`: when to give up, as of `performance.now()`; `gone`: settles when the
 * machine has ended; `signal`: stops waiting
 * @returns Whether it greeted
 */
export async function waitForSsh(
  at: { readonly host: string; readonly port: number },
  options: { deadline: number; gone: Promise<unknown>; signal?: AbortSignal },
): Promise<boolean> {
  let ended = false;
  options.gone.then(() => ended = true, () => ended = true);
  while (!ended && performance.now() < options.deadline) {
    options.signal?.throwIfAborted();
    if (await greets(at.host, at.port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function greets(hostname: string, port: number): Promise<boolean> {
  let connection: Deno.TcpConn | undefined;
  // QEMU accepts at once and connects through later: only a greeting counts.
  const timer = setTimeout(() => connection?.close(), 3000);
  try {
    connection = await Deno.connect({ hostname, port });
    const bytes = new Uint8Array(4);
    const read = await connection.read(bytes);
    return read === 4 && new TextDecoder().decode(bytes) === "SSH-";
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    try {
      connection?.close();
    } catch { /* the timer was first */ }
  }
}
