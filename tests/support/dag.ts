import fc from "fast-check";

/** Random graphs without cycles, of at most 25 nodes `n0` …: each node needs only earlier ones. */
export const anyDag: fc.Arbitrary<Map<string, string[]>> = fc.array(
  fc.array(fc.nat(), { maxLength: 4 }),
  { maxLength: 25 },
).map((rows) =>
  new Map(rows.map((needs, index) => [
    `n${index}`,
    index === 0 ? [] : [...new Set(needs.map((need) => `n${need % index}`))],
  ]))
);
