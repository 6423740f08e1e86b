/** Machines of one cluster, each with a network of its own. */
import { execOrThrow } from "lib/cli/exec.ts";
import type { MachineNetwork } from "lib/images/nspawn.ts";

/** Networks behind one bridge, removed when disposed of. */
export interface TestNetwork extends AsyncDisposable {
  readonly machines: readonly MachineNetwork[];
}

/**
 * Makes a bridge that this machine and some namespaces are on, with no way out.
 *
 * @param count How many namespaces
 */
export async function makeNetwork(count: number): Promise<TestNetwork> {
  const name = `t${crypto.randomUUID().slice(0, 8)}`;
  const subnet = `10.${200 + Math.floor(Math.random() * 50)}.${Math.floor(Math.random() * 256)}`;
  const ip = (...args: string[]) => execOrThrow("ip", args);
  const machines = Array.from({ length: count }, (_, index) => ({
    namespace: `${name}-${index}`,
    address: `${subnet}.${index + 2}`,
  }));
  const dispose = async () => {
    for (const { namespace } of machines) await ip("netns", "del", namespace).catch(() => {});
    await ip("link", "del", name).catch(() => {});
  };
  try {
    await ip("link", "add", name, "type", "bridge");
    await ip("addr", "add", `${subnet}.1/24`, "dev", name);
    await ip("link", "set", name, "up");
    for (const { namespace, address } of machines) {
      await ip("netns", "add", namespace);
      const peer = ["type", "veth", "peer", "name", "eth0", "netns", namespace];
      await ip("link", "add", namespace, ...peer);
      await ip("link", "set", namespace, "master", name, "up");
      await ip("-n", namespace, "link", "set", "lo", "up");
      await ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
      await ip("-n", namespace, "link", "set", "eth0", "up");
      await ip("-n", namespace, "route", "add", "default", "via", `${subnet}.1`);
    }
    return { machines, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
