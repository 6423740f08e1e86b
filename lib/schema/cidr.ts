import { z } from "zod";
import { Problem } from "lib/schema/problem.ts";

/** An IPv4 network. */
export interface Network {
  /** The network address as an unsigned 32-bit number. */
  readonly base: number;
  /** The prefix length, 0 to 32. */
  readonly prefix: number;
}

/** RFC 1918's private networks. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) => parse(text)!);

function parse(text: string): Network | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, prefix] = match.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) return undefined;
  return { base: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, prefix };
}

/** How many addresses a network has. */
function size(network: Network): number {
  return 2 ** (32 - network.prefix);
}

/**
 * Reads `10.1.0.0/16`.
 *
 * @throws {Problem} when it is no IPv4 network, or has bits set beyond its prefix
 */
export function parseCidr(text: string): Network {
  const network = parse(text);
  if (!network) throw new Problem(`"${text}" is not an IPv4 network such as 10.1.0.0/16`);
  if (network.base % size(network) !== 0) {
    const base = Math.floor(network.base / size(network)) * size(network);
    throw new Problem(
      `"${text}" has bits set beyond its prefix: did you mean "${
        formatCidr({ ...network, base })
      }"?`,
    );
  }
  return network;
}

/** `10.1.0.0/16` for a network. */
export function formatCidr({ base, prefix }: Network): string {
  return `${[24, 16, 8, 0].map((shift) => (base >>> shift) & 255).join(".")}/${prefix}`;
}

/** Whether two networks have an address in common. */
export function overlaps(a: Network, b: Network): boolean {
  return a.base < b.base + size(b) && b.base < a.base + size(a);
}

/** Whether the second network lies wholly in the first. */
export function contains(outer: Network, inner: Network): boolean {
  return outer.base <= inner.base && inner.base + size(inner) <= outer.base + size(outer);
}

/** Whether a network lies in one of RFC 1918's. */
export function isPrivate(network: Network): boolean {
  return PRIVATE.some((outer) => contains(outer, network));
}

/**
 * The `index`-th subnet of a network.
 *
 * @param prefix The subnets' prefix length, at least the network's
 * @param index From 0
 * @throws {Problem} when the network does not hold that many
 */
export function subnet(network: Network, prefix: number, index: number): Network {
  const count = 2 ** (prefix - network.prefix);
  if (prefix < network.prefix || prefix > 32 || index >= count) {
    throw new Problem(
      `${formatCidr(network)} holds ${
        Math.max(0, Math.floor(count))
      } networks of /${prefix}: number ${
        index + 1
      } does not fit: use a larger network or smaller subnets`,
    );
  }
  return { base: network.base + index * 2 ** (32 - prefix), prefix };
}

/** An IPv4 network in RFC 1918's ranges, as text: `10.1.0.0/16`. */
export const PrivateCidr = z.string().superRefine((text, context) => {
  try {
    if (!isPrivate(parseCidr(text))) {
      context.addIssue(`"${text}" is not in a private range (10/8, 172.16/12, 192.168/16)`);
    }
  } catch (error) {
    context.addIssue((error as Error).message);
  }
});
