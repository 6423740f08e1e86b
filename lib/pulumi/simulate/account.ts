/** The account in which simulated resources live: AWS documentation's example number. */
export const ACCOUNT_ID = "123456789012";

/** The zones that a simulated region has. */
export function zonesOf(region: string): string[] {
  return ["a", "b", "c", "d"].map((letter) => `${region}${letter}`);
}

/** A stable hexadecimal number of `length` digits, made from the text (FNV-1a, repeated). */
export function digits(text: string, length: number): string {
  let result = "";
  for (let round = 0; result.length < length; round++) {
    let hash = 0xcbf29ce484222325n ^ BigInt(round);
    for (let index = 0; index < text.length; index++) {
      hash ^= BigInt(text.charCodeAt(index));
      hash = BigInt.asUintN(64, hash * 0x100000001b3n);
    }
    result += hash.toString(16).padStart(16, "0");
  }
  return result.slice(0, length);
}
