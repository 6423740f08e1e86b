import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contains,
  formatCidr,
  isPrivate,
  overlaps,
  parseCidr,
  PrivateCidr,
  subnet,
} from "lib/schema/cidr.ts";

const anyNetwork = fc.record({
  address: fc.nat(2 ** 32 - 1),
  prefix: fc.integer({ min: 8, max: 28 }),
})
  .map(({ address, prefix }) => {
    const size = 2 ** (32 - prefix);
    return { base: Math.floor(address / size) * size, prefix };
  });

Deno.test("what is written is read again", () => {
  fc.assert(fc.property(anyNetwork, (network) => {
    assert.deepEqual(parseCidr(formatCidr(network)), network);
  }));
});

Deno.test("subnets lie in their network, side by side, without overlap", () => {
  fc.assert(fc.property(anyNetwork, fc.integer({ min: 1, max: 4 }), (network, bits) => {
    const all = Array.from(
      { length: 2 ** bits },
      (_, i) => subnet(network, network.prefix + bits, i),
    );
    for (const [index, one] of all.entries()) {
      assert.ok(contains(network, one));
      for (const other of all.slice(index + 1)) assert.ok(!overlaps(one, other));
    }
    assert.throws(() => subnet(network, network.prefix + bits, 2 ** bits), /does not fit/);
  }));
});

for (
  const [text, says] of [
    ["10.0.0.0", /is not an IPv4 network/],
    ["10.0.0.0/33", /is not an IPv4 network/],
    ["256.0.0.0/8", /is not an IPv4 network/],
    ["10.1.2.3/16", /did you mean "10.1.0.0\/16"\?/],
  ] as const
) {
  Deno.test(`${text} is refused`, () => assert.throws(() => parseCidr(text), says));
}

Deno.test("172.16/12 ends at 172.31", () => {
  assert.ok(isPrivate(parseCidr("172.31.0.0/16")));
  assert.ok(!isPrivate(parseCidr("172.32.0.0/16")));
  assert.match(PrivateCidr.safeParse("8.8.0.0/16").error!.issues[0].message, /private range/);
});
