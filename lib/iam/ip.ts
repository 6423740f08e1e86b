/** An address range: addresses as big integers of 32 or 128 bits. */
export interface IpRange {
  readonly version: 4 | 6;
  readonly address: bigint;
  /** The first address of the range. */
  readonly network: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

function parseV4(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  let address = 0n;
  for (const octet of octets) {
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    address = address << 8n | BigInt(octet);
  }
  return address;
}

function parseV6(text: string): bigint | undefined {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(":")) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = (half: string): string[] | undefined => {
    if (half === "") return [];
    const parts = half.split(":");
    const last = parts.at(-1)!;
    if (last.includes(".")) {
      const v4 = parseV4(last);
      if (v4 === undefined) return undefined;
      parts.splice(-1, 1, (v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16));
    }
    return parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part)) ? parts : undefined;
  };
  const [head, tail] = [groups(halves[0]), groups(halves[1] ?? "")];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array(missing).fill("0"), ...tail]
    .reduce((address, group) => address << 16n | BigInt(parseInt(group, 16)), 0n);
}

/** Reads `203.0.113.0/24`, `2001:db8::/32` or an address alone; `undefined` for anything else. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address, mask, ...rest] = text.split("/");
  if (rest.length > 0) return undefined;
  const v4 = parseV4(address);
  const value = v4 ?? parseV6(address);
  if (value === undefined) return undefined;
  const version = v4 !== undefined ? 4 : 6;
  if (mask !== undefined && !/^\d{1,3}$/.test(mask)) return undefined;
  const prefix = mask === undefined ? BITS[version] : Number(mask);
  if (prefix > BITS[version]) return undefined;
  const hostBits = BigInt(BITS[version] - prefix);
  return { version, address: value, network: value >> hostBits << hostBits, prefix };
}

/** A range's first address with its prefix: `10.0.0.0/8`. */
export function formatNetwork({ version, network, prefix }: IpRange): string {
  if (version === 4) {
    const octets = [24n, 16n, 8n, 0n].map((shift) => network >> shift & 255n);
    return `${octets.join(".")}/${prefix}`;
  }
  const groups = Array.from({ length: 8 }, (_, at) => (network >> BigInt(112 - 16 * at) & 0xffffn));
  const text = groups.map((group) => group.toString(16)).join(":");
  const zeros =
    [...text.matchAll(/(^|:)0(:0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)[0];
  const short = zeros
    ? `${text.slice(0, zeros.index)}::${
      text.slice(zeros.index + zeros[0].length).replace(/^:/, "")
    }`
    : text;
  return `${short}/${prefix}`;
}

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"]
  .concat("100.64.0.0/10", "fc00::/7", "fe80::/10", "::1/128")
  .map((text) => parseIpRange(text)!);

/** Whether every address of a range is private: never seen as the source of a public request. */
export function isPrivate(range: IpRange): boolean {
  const bits = BITS[range.version];
  return PRIVATE.some((other) =>
    other.version === range.version && other.prefix <= range.prefix &&
    other.network >> BigInt(bits - other.prefix) === range.network >> BigInt(bits - other.prefix)
  );
}
