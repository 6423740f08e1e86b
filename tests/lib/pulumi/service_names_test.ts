import assert from "node:assert/strict";
import fc from "fast-check";
import { NAMED_SERVICES, type NamedService, serviceName } from "lib/pulumi/service_names.ts";

const HASHED = /-[0-9a-f]{8}$/;

const names: [service: NamedService, text: string, name: string | RegExp][] = [
  ["loadBalancer", "learn-production", "learn-production"],
  ["loadBalancer", "l".repeat(33), /^l{23}-[0-9a-f]{8}$/],
  ["loadBalancer", "internal-learn", /^learn-[0-9a-f]{8}$/],
  ["targetGroup", "learn--web", /^learn-web-[0-9a-f]{8}$/],
  ["bucket", "Learn_Media", /^learn-media-[0-9a-f]{8}$/],
  ["bucket", "ab", /^ab-[0-9a-f]{8}$/],
  ["database", "2learn", /^n2learn-[0-9a-f]{8}$/],
  ["database", "learn-", /^learn-[0-9a-f]{8}$/],
  ["cache", "learn", "learn"],
  ["cache", "l".repeat(41), HASHED],
  ["role", "learn.web@qa", "learn.web@qa"],
  ["role", "learn web", /^learn-web-[0-9a-f]{8}$/],
  ["keyAlias", "aws/learn", /^learn-[0-9a-f]{8}$/],
  ["keyAlias", "infrastructure/secrets-qa", "infrastructure/secrets-qa"],
  ["dnsLabel", "learn.qa", /^learn-qa-[0-9a-f]{8}$/],
];
for (const [service, text, name] of names) {
  Deno.test(`a ${service} of "${text}" is named so that the service takes it`, () => {
    const made = serviceName(service, text);
    if (typeof name === "string") assert.equal(made, name);
    else assert.match(made, name);
  });
}

/** The limits as the services' own documents have them, apart from the code. */
const LIMITS: Record<NamedService, RegExp> = {
  loadBalancer: /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
  targetGroup: /^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
  bucket: /^(?!xn--|sthree-)(?!.*-s3alias$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  role: /^[\w+=,.@-]{1,64}$/,
  database: /^(?!.*--)[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  cache: /^(?!.*--)[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
  autoScalingGroup: /^[A-Za-z0-9-]{1,255}$/,
  launchTemplate: /^[A-Za-z0-9()./_-]{3,128}$/,
  keyAlias: /^(?!aws\/)[A-Za-z0-9/_-]{1,250}$/,
  dnsLabel: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
};
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 300 }),
  fc.string({ minLength: 1, maxLength: 80, unit: fc.constantFrom(..."aZ0-_./ xns3") }),
  fc.constantFrom("sthree-a", "xn--a", "a-s3alias", "internal-internal-a", "aws/aws/a", "a-", "9"),
).filter((text) => /[A-Za-z0-9]/.test(text));

for (const service of NAMED_SERVICES) {
  Deno.test(`any text becomes a name that a ${service} may have, with and without room`, () => {
    fc.assert(fc.property(text, fc.constantFrom(0, 8), (text, room) => {
      const name = serviceName(service, text, room);
      assert.match(name, LIMITS[service]);
      assert.match(name + "x".repeat(room), LIMITS[service]);
      assert.equal(serviceName(service, text, room), name);
    }));
  });

  Deno.test(`two texts never become one name of a ${service}`, () => {
    fc.assert(fc.property(text, text, (one, other) => {
      if (one !== other) assert.notEqual(serviceName(service, one), serviceName(service, other));
    }));
  });
}

Deno.test("a text without a letter or digit is no name", () => {
  assert.throws(() => serviceName("bucket", "--"), /cannot be made a name of a bucket/);
});
