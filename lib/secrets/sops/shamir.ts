/**
 * Shamir's secret sharing over GF(2⁸) with the polynomial x⁸ + x⁴ + x³ + x + 1, as Vault and SOPS do
 * it: a share is the values and, as its last byte, where they were taken.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/shamir/shamir.go}
 * @module
 */

const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = EXP[power + 255] = value;
  LOG[value] = power;
  value ^= (value << 1) ^ (value & 0x80 ? 0x11b : 0);
}

const multiply = (a: number, b: number) => a === 0 || b === 0 ? 0 : EXP[LOG[a] + LOG[b]];
const divide = (a: number, b: number) => a === 0 ? 0 : EXP[LOG[a] + 255 - LOG[b]];

/**
 * Puts a secret together from its shares.
 *
 * @param shares Two or more, equally long, each of at least two bytes
 * @returns The secret, one byte shorter than a share; wrong when there are too few shares
 * @throws {RangeError} for shares that cannot belong together
 */
export function combineShares(shares: readonly Uint8Array[]): Uint8Array {
  const length = shares[0]?.length ?? 0;
  if (shares.length < 2 || length < 2) throw new RangeError("Too few shares, or too short");
  if (shares.some((share) => share.length !== length)) {
    throw new RangeError("Shares differ in length");
  }
  const points = shares.map((share) => share[length - 1]);
  if (new Set(points).size !== points.length || points.includes(0)) {
    throw new RangeError("Two shares are the same");
  }
  const weights = points.map((point, i) =>
    points.reduce(
      (product, other, j) => i === j ? product : multiply(product, divide(other, point ^ other)),
      1,
    )
  );
  return Uint8Array.from(
    { length: length - 1 },
    (_, index) => shares.reduce((sum, share, i) => sum ^ multiply(share[index], weights[i]), 0),
  );
}
