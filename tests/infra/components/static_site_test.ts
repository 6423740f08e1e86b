import assert from "node:assert/strict";
import { StaticSite, type StaticSiteArgs } from "infra/components/static_site.ts";
import { make } from "tests/support/program.ts";

const site: StaticSiteArgs = { host: "docs.example.edu", zoneId: "Z1" };
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

Deno.test("a site's bucket is read by its distribution alone, over TLS", async () => {
  const made = await make(() => new StaticSite("docs", site));
  const { Statement } = JSON.parse(
    made.inputs("aws:s3/bucketPolicy:BucketPolicy", "docs").policy,
  );
  assert.deepEqual(
    Statement.map(({ Sid, Effect }: Record<string, string>) => `${Effect} ${Sid}`),
    ["Deny TlsOnly", "Allow ServedByCloudFront"],
  );
  assert.deepEqual(Statement[1].Principal, { Service: "cloudfront.amazonaws.com" });
  assert.match(
    Statement[1].Condition.ArnEquals["aws:SourceArn"],
    /^arn:aws:cloudfront::\d{12}:distribution\/E/,
  );
  const { rules } = made.inputs(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "docs",
  );
  assert.equal(rules[0].applyServerSideEncryptionByDefault.sseAlgorithm, "AES256");
  assert.deepEqual(made.findings, []);
});

Deno.test("a site answers at its host, with a certificate of us-east-1 and addresses of both kinds", async () => {
  const made = await make(() => new StaticSite("docs", site));
  const distribution = made.inputs(DISTRIBUTION, "docs");
  assert.deepEqual(distribution.aliases, ["docs.example.edu"]);
  assert.match(distribution.viewerCertificate.acmCertificateArn, /^arn:aws:acm:us-east-1:/);
  assert.equal(distribution.viewerCertificate.minimumProtocolVersion, "TLSv1.2_2021");
  assert.equal(distribution.defaultCacheBehavior.viewerProtocolPolicy, "redirect-to-https");
  for (const type of ["A", "AAAA"]) {
    const record = made.inputs("aws:route53/record:Record", `docs-${type.toLowerCase()}`);
    assert.equal(record.type, type);
    assert.match(record.aliases[0].name, /\.cloudfront\.net$/);
  }
});

const kinds: [
  what: string,
  args: Partial<StaticSiteArgs>,
  expected: { root?: string; errors: unknown[]; functions: number },
][] = [
  ["pages know folders, and a page for what is not there", {}, {
    root: "index.html",
    errors: [{ errorCode: 403, responseCode: 404, responsePagePath: "/404.html" }],
    functions: 1,
  }],
  ["pages may name that page", { notFoundPage: "/errors/lost.html" }, {
    root: "index.html",
    errors: [{ errorCode: 403, responseCode: 404, responsePagePath: "/errors/lost.html" }],
    functions: 1,
  }],
  ["an application is one page for every path", { kind: "application" }, {
    root: "index.html",
    errors: [{ errorCode: 403, responseCode: 200, responsePagePath: "/index.html" }],
    functions: 0,
  }],
  ["assets are what they are", { kind: "assets" }, { errors: [], functions: 0 }],
];
for (const [what, args, { root, errors, functions }] of kinds) {
  Deno.test(what, async () => {
    const made = await make(() => new StaticSite("docs", { ...site, ...args }));
    const distribution = made.inputs(DISTRIBUTION, "docs");
    assert.equal(distribution.defaultRootObject, root);
    assert.deepEqual(distribution.customErrorResponses, errors);
    assert.equal(distribution.defaultCacheBehavior.functionAssociations.length, functions);
  });
}

Deno.test("a path that ends with a slash is the index of that folder", async () => {
  const made = await make(() => new StaticSite("docs", site));
  const { code } = made.inputs("aws:cloudfront/function:Function", "docs");
  const handler = new Function(`${code}; return handler;`)();
  const asked = (uri: string) => handler({ request: { uri } }).uri;
  assert.equal(asked("/"), "/index.html");
  assert.equal(asked("/guide/"), "/guide/index.html");
  assert.equal(asked("/guide/a.css"), "/guide/a.css");
});

const refused: [what: string, change: Partial<StaticSiteArgs>, message: RegExp][] = [
  ["an address as host", { host: "https://docs.example.edu" }, /host: must be a domain/],
  [
    "a page for nothing in an application",
    { kind: "application", notFoundPage: "/404.html" },
    /notFoundPage: is for pages/,
  ],
  ["a page that is no path", { notFoundPage: "404.html" }, /notFoundPage: must be the path/],
  ["a made-up price class", { priceClass: "cheap" as "PriceClass_All" }, /priceClass/],
];
for (const [what, change, message] of refused) {
  Deno.test(`a site is refused with ${what}`, async () => {
    await assert.rejects(make(() => new StaticSite("docs", { ...site, ...change })), message);
  });
}
