import assert from "node:assert/strict";
import { chooseAccount, cloudVariables } from "lib/images/cloud.ts";
import { type EnvironmentSettings, organization } from "lib/organization.ts";
import type { Env } from "lib/schema/env.ts";
import type { Environment } from "lib/schema/environment.ts";

const AT = new Date("2026-11-24T10:20:30.456Z");

type Changes = Omit<Partial<EnvironmentSettings>, "imageBuild"> & {
  imageBuild?: Partial<EnvironmentSettings["imageBuild"]>;
};

const environments = (changes: Partial<Record<Environment, Changes>>) =>
  Object.fromEntries(
    Object.entries(organization.environments).map(([name, settings]) => {
      const { imageBuild, ...rest } = changes[name as Environment] ?? {};
      return [name, {
        ...settings,
        ...rest,
        imageBuild: { ...settings.imageBuild, ...imageBuild },
      }];
    }),
  ) as Record<Environment, EnvironmentSettings>;

const ACCOUNTS = environments({
  CI: { awsAccount: "111111111111" },
  QA: { awsAccount: "222222222222", imageBuild: { kmsKeyId: "alias/images" } },
  Production: { awsAccount: "333333333333" },
});

Deno.test("an AMI by a key of ours may be launched by the organization's other accounts", () => {
  const { kms_key_id, ami_users } = cloudVariables("QA", AT, ACCOUNTS);
  assert.equal(kms_key_id, "alias/images");
  assert.deepEqual(ami_users, ["111111111111", "333333333333"]);
});

Deno.test("an AMI by the account's own key is shared with nobody, which EC2 would refuse", () => {
  const variables = cloudVariables("CI", AT, ACCOUNTS);
  assert.equal("ami_users" in variables || "kms_key_id" in variables, false);
});

Deno.test("an AMI is deprecated when its days are over", () => {
  const { deprecate_at } = cloudVariables("CI", AT, ACCOUNTS);
  assert.equal(deprecate_at, "2027-11-24T10:20:30Z");
  assert.equal(organization.imageLifetimeDays, 365);
});

/** A folder of AWS's configuration, and an STS that knows the accounts of some access keys. */
async function withAws(
  accountOf: Readonly<Record<string, string>>,
  test: (env: Env) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const key = /Credential=(\w+)\//.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    return accountOf[key] === undefined
      ? new Response("<Error><Message>The token is invalid</Message></Error>", { status: 403 })
      : new Response(`<R><Account>${accountOf[key]}</Account></R>`);
  });
  const own = { AWS_CONFIG_FILE: `${folder}/config`, AWS_SHARED_CREDENTIALS_FILE: `${folder}/no` };
  const before = Object.keys({ ...own, AWS_PROFILE: "" }).map((name) =>
    [name, Deno.env.get(name)] as const
  );
  try {
    await Deno.writeTextFile(
      own.AWS_CONFIG_FILE,
      ["ol-qa", "other"].map((name) =>
        `[profile ${name}]\naws_access_key_id = AKIA${
          name.replace("-", "")
        }\naws_secret_access_key = x\n`
      ).join(""),
    );
    for (const [name, value] of Object.entries(own)) Deno.env.set(name, value);
    Deno.env.delete("AWS_PROFILE");
    const variables: Record<string, string> = {
      ...own,
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${server.addr.port}/`,
    };
    await test((name) => variables[name] ?? Deno.env.get(name));
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an environment's AMIs are built by its profile, in its account", async () => {
  await withAws({ AKIAolqa: "222222222222" }, async (env) => {
    assert.deepEqual(await chooseAccount("QA", env, ACCOUNTS), { profile: "ol-qa" });
  });
});

Deno.test("credentials of another account are refused, and say whose they are", async () => {
  await withAws({ AKIAother: "999999999999" }, async (env) => {
    Deno.env.set("AWS_PROFILE", "other");
    await assert.rejects(
      chooseAccount("QA", env, ACCOUNTS),
      /are of account 999999999999, and QA's is 222222222222: take those of the profile ol-qa/,
    );
  });
});

Deno.test("credentials that STS refuses build nothing", async () => {
  await withAws({}, async (env) => {
    await assert.rejects(
      chooseAccount("QA", env, ACCOUNTS),
      /refuses the AWS credentials: The token is invalid/,
    );
  });
});

Deno.test("where the account's number is not noted, nobody is asked", async () => {
  await withAws({}, async (env) => {
    assert.deepEqual(await chooseAccount("QA", env, environments({})), { profile: "ol-qa" });
    Deno.env.set("AWS_PROFILE", "other");
    assert.deepEqual(await chooseAccount("QA", env, environments({})), {});
  });
});
