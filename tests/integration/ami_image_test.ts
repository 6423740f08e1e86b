import assert from "node:assert/strict";
import { Manifest, releasePath, ReleaseRecord } from "lib/images/manifest.ts";
import { freePort } from "lib/images/port.ts";
import { readRelease, recordRelease } from "lib/images/release.ts";
import { organization } from "lib/organization.ts";
import { task as buildImage } from "tasks/build_image.ts";
import { fakeIo, runWith } from "tests/support/io.ts";
import { machineTest, serveReleases, zipProgram } from "tests/support/machines.ts";
import { startMoto } from "tests/support/moto.ts";

const values = (xml: string, tag: string) =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value]) => value);

machineTest(
  ["packer", "packer-plugin-amazon", "bao"],
  "build-image vault --target ami goes through EC2, and cleans up when it fails",
  async ({ bao }, t) => {
    const folder = await Deno.makeTempDir({ prefix: "build-ami-" });
    const release = await zipProgram(bao.path, "vault", folder);
    await using server = serveReleases({ "vault.zip": release.path });
    await using moto = await startMoto({
      id: "ami-0deb1a12",
      name: "debian-12-amd64-20261101-1",
      owner: "136693071363",
    });
    const words = (url: string, ec2 = moto.url) => [
      ...["vault", "--target", "ami", "--ec2-endpoint", ec2, "--env", "qa", "--json"],
      ...["--set", `vault.url=${url}`, "--set", `vault.sha256=${release.sha256}`],
      ...["--set", `vault.port=${freePort()}`, "--out", folder],
    ];
    const io = () => fakeIo({ env: Deno.env.toObject() });
    const instances = async () => values(await moto.ec2("DescribeInstances"), "name");
    try {
      await t.step(
        "the AMI has the name and the tags of the design, and its release is recorded",
        async () => {
          const result = await runWith(buildImage, words(`${server.url}/vault.zip`), io());
          assert.equal(result.code, 0, result.stderr);
          const manifest = Manifest.parse(JSON.parse(result.stdout));
          assert.equal(manifest.baseAmi, "ami-0deb1a12");
          const id = manifest.ami!["us-east-1"];
          const xml = await moto.ec2("DescribeImages", { "ImageId.1": id });
          assert.equal(values(xml, "name")[0], manifest.build);
          assert.match(manifest.build, /^vault-server-QA-\d{14}$/);
          const lifetime = Date.parse(values(xml, "deprecationTime")[0]) -
            Date.parse(manifest.builtAt);
          assert.equal(Math.round(lifetime / 86_400_000), organization.imageLifetimeDays);
          const tags = Object.fromEntries(
            values(xml, "key").map((key, index) => [key, values(xml, "value")[index]]),
          );
          assert.equal(tags.OU, "operations");
          assert.equal(tags.app, "vault");
          assert.equal(tags.Environment, "QA");
          assert.equal(tags.build_commit, manifest.commit);
          assert.deepEqual((await instances()).filter((state) => state === "running"), []);
          const wanted = organization.environments.QA.imageBuild.subnetFilter["tag:Name"];
          const subnets = await moto.ec2("DescribeSubnets", {
            "Filter.1.Name": "tag:Name",
            "Filter.1.Value.1": wanted,
          });
          const [built] = values(await moto.ec2("DescribeInstances"), "subnetId");
          assert.equal(built, values(subnets, "subnetId")[0]);

          await recordRelease(folder, manifest);
          const record = await readRelease({
            image: "vault",
            nodeType: "server",
            environment: "QA",
          }, folder);
          assert.equal(record.ami["us-east-1"], id);
          assert.equal(record.versions.vault, manifest.components.vault.version);
          const path = releasePath("", "vault", "server", "QA");
          assert.equal(path, "/images/vault/releases/server.qa.json");
          assert.ok(ReleaseRecord.safeParse({ ...record, surprise: 1 }).success === false);
        },
      );

      await t.step("an AMI of Debian's name that is not Debian's own is no base", async () => {
        await using other = await startMoto({
          id: "ami-0badc0de",
          name: "debian-12-amd64-20261102-1",
          owner: "999999999999",
        });
        const result = await runWith(buildImage, words(`${server.url}/vault.zip`, other.url), io());
        assert.equal(result.code, 1);
        assert.match(
          result.stderr,
          /^error: packer build failed with exit code 1: No AMI was found matching filters/m,
        );
      });

      await t.step("a build that fails leaves no instance, group, key or image", async () => {
        const before = values(await moto.ec2("DescribeImages", { "Owner.1": "self" }), "imageId");
        const groups = values(await moto.ec2("DescribeSecurityGroups"), "groupName").sort();
        const result = await runWith(buildImage, words(`${server.url}/missing.zip`), io());
        assert.equal(result.code, 1);
        assert.match(result.stderr, /error: .*vault: Install the release failed/);
        assert.deepEqual((await instances()).filter((state) => state === "running"), []);
        assert.deepEqual(
          values(await moto.ec2("DescribeSecurityGroups"), "groupName").sort(),
          groups,
        );
        assert.deepEqual(values(await moto.ec2("DescribeKeyPairs"), "keyName"), []);
        assert.deepEqual(
          values(await moto.ec2("DescribeImages", { "Owner.1": "self" }), "imageId"),
          before,
        );
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { sanitizeResources: false, sanitizeOps: false },
);
