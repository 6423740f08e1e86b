/**
 * A float as Go's `strconv.FormatFloat(value, 'g', -1, bits)` writes it: the shortest digits that
 * read back the same, with an exponent below -4 and from 21 (from 6 where `bits` digits say so).
 *
 * @param bits 32 rounds to single precision before
 */
export function formatG(value: number, bits: 32 | 64): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (bits === 32 && !Number.isFinite(Math.fround(value))) return value > 0 ? "+Inf" : "-Inf";
  const [digits, exponent] = bits === 32 ? shortestSingle(value) : split(value.toExponential());
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (exponent < -4 || exponent >= 6) return sign + scientific(digits, exponent);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, "0");
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function split(exponential: string): [string, number] {
  const [mantissa, exponent] = exponential.replace(/^-/, "").split("e");
  return [mantissa.replace(".", ""), Number(exponent)];
}

function scientific(digits: string, exponent: number): string {
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** The fewest digits that single precision reads back as the same number. */
function shortestSingle(value: number): [string, number] {
  const single = Math.fround(value);
  for (let length = 0; length < 9; length++) {
    const text = single.toExponential(length);
    if (Math.fround(Number(text)) === single) {
      const [digits, exponent] = split(text);
      return [digits.replace(/0+$/, "") || "0", exponent];
    }
  }
  return split(single.toExponential(8));
}
