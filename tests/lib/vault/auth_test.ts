/** Logging in, at a real server. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { messageOf } from "lib/schema/problem.ts";
import { signIdentityRequest } from "lib/aws/identity.ts";
import { connectVault } from "lib/vault/connect.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";

const POLICY = 'path "secret/*" { capabilities = ["read"] }';

/** Logs in by variables, asks whose token it is, and logs out again. */
async function whoAmI(bao: Bao, variables: Record<string, string>): Promise<string[]> {
  const env = (name: string) => ({ VAULT_ADDR: bao.address, ...variables })[name];
  const vault = await connectVault(env);
  try {
    const { data } = await vault.call("GET", "auth/token/lookup-self");
    return (data as { policies: string[] }).policies;
  } finally {
    await vault.close();
  }
}

const jwtOf = async (key: CryptoKeyPair, claims: Record<string, unknown>) => {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replace(/=+$/, "");
  const text = `${part({ alg: "ES256", typ: "JWT" })}.${part(claims)}`;
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const bytes = new TextEncoder().encode(text);
  const signed = new Uint8Array(await crypto.subtle.sign(algorithm, key.privateKey, bytes));
  return `${text}.${signed.toBase64({ alphabet: "base64url", omitPadding: true })}`;
};

const keyPair = () =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);

async function pem({ publicKey }: CryptoKeyPair): Promise<string> {
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)).toBase64();
  return `-----BEGIN PUBLIC KEY-----\n${
    spki.match(/.{1,64}/g)!.join("\n")
  }\n-----END PUBLIC KEY-----\n`;
}

engineTest("bao", "each way to log in gets a token, and gives it back", async (engines, t) => {
  await withBao(engines.bao.path, async (bao) => {
    await bao.request("PUT", "sys/policies/acl/app", { policy: POLICY });
    const enable = (type: string, mount = type) =>
      bao.request("POST", `sys/auth/${mount}`, { type });
    const tokens = async () =>
      JSON.parse((await bao.request("LIST", "auth/token/accessors")).text).data.keys.length;
    const before = await tokens();

    await t.step("a token, which stays", async () => {
      assert.deepEqual(await whoAmI(bao, { VAULT_TOKEN: bao.token }), ["root"]);
      assert.deepEqual(await whoAmI(bao, { VAULT_TOKEN: bao.token }), ["root"]);
    });

    await t.step("AppRole, its secret id from a file", async () => {
      await enable("approle", "ci/approle");
      await bao.request("POST", "auth/ci/approle/role/sync", { token_policies: ["app"] });
      const role = JSON.parse((await bao.request("GET", "auth/ci/approle/role/sync/role-id")).text);
      const answer = await bao.request("POST", "auth/ci/approle/role/sync/secret-id", {});
      const file = await Deno.makeTempFile();
      await Deno.writeTextFile(file, `${JSON.parse(answer.text).data.secret_id}\n`);
      const variables = {
        VAULT_AUTH_METHOD: "approle",
        VAULT_AUTH_MOUNT: "ci/approle",
        VAULT_ROLE_ID: role.data.role_id,
        VAULT_SECRET_ID_FILE: file,
      };
      assert.deepEqual(await whoAmI(bao, variables), ["app", "default"]);
      await Deno.remove(file);
      await assert.rejects(
        whoAmI(bao, { ...variables, VAULT_SECRET_ID: "wrong-secret-id" }),
        (error) =>
          /refuses the login by AppRole at auth\/ci\/approle \(400/.test(messageOf(error)) &&
          !messageOf(error).includes("wrong-secret-id"),
      );
    });

    await t.step("JWT, as a CI system signs it", async () => {
      const key = await keyPair();
      await enable("jwt");
      await bao.request("POST", "auth/jwt/config", { jwt_validation_pubkeys: [await pem(key)] });
      await bao.request("POST", "auth/jwt/role/pipeline", {
        role_type: "jwt",
        user_claim: "sub",
        bound_audiences: ["vault"],
        token_policies: ["app"],
      });
      const exp = Math.floor(Date.now() / 1000) + 600;
      const jwt = await jwtOf(key, { sub: "build-1", aud: "vault", exp, iat: exp - 600 });
      const variables = { VAULT_AUTH_METHOD: "jwt", VAULT_AUTH_ROLE: "pipeline", VAULT_JWT: jwt };
      assert.deepEqual(await whoAmI(bao, variables), ["app", "default"]);
      await assert.rejects(
        whoAmI(bao, { ...variables, VAULT_AUTH_ROLE: "other" }),
        /refuses the login by JWT at auth\/jwt/,
      );
    });

    await t.step("Kubernetes, which asks the cluster about the service account", async () => {
      const key = await keyPair();
      const exp = Math.floor(Date.now() / 1000) + 600;
      const account = { namespace: "apps", serviceaccount: { name: "sync", uid: "1" } };
      const claims = {
        iss: "k8s",
        exp,
        iat: exp - 600,
        nbf: exp - 600,
        sub: "system:serviceaccount:apps:sync",
      };
      const jwt = await jwtOf(key, { ...claims, "kubernetes.io": account });
      const reviewer = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        async (request) => {
          const review = await request.json();
          const authenticated = review.spec.token === jwt;
          const user = { username: claims.sub, uid: "1", groups: ["system:serviceaccounts"] };
          return Response.json({ ...review, status: authenticated ? { authenticated, user } : {} });
        },
      );
      try {
        await enable("kubernetes");
        const configured = await bao.request("POST", "auth/kubernetes/config", {
          kubernetes_host: `http://127.0.0.1:${reviewer.addr.port}`,
          pem_keys: [await pem(key)],
          kubernetes_ca_cert: "unused over http",
          disable_local_ca_jwt: true,
        });
        assert.equal(configured.status, 204, configured.text);
        const role = {
          bound_service_account_names: ["sync"],
          bound_service_account_namespaces: ["apps"],
          token_policies: ["app"],
        };
        await bao.request("POST", "auth/kubernetes/role/sync", role);
        const file = await Deno.makeTempFile();
        await Deno.writeTextFile(file, jwt);
        const variables = {
          VAULT_AUTH_METHOD: "kubernetes",
          VAULT_AUTH_ROLE: "sync",
          VAULT_JWT_FILE: file,
        };
        assert.deepEqual(await whoAmI(bao, variables), ["app", "default"]);
        await Deno.writeTextFile(file, `${jwt.slice(0, -8)}AAAAAAAA`);
        await assert.rejects(whoAmI(bao, variables), /refuses the login by Kubernetes/);
        await Deno.remove(file);
      } finally {
        await reviewer.shutdown();
      }
    });

    assert.equal(await tokens(), before, "tokens that a login made are revoked");
  });
});

Deno.test("AWS IAM: the signature is what AWS computes, and covers the server id", async () => {
  const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const { url, headers } = await signIdentityRequest({
    region: "eu-west-1",
    serverId: "vault.example.com",
    credentials: () =>
      Promise.resolve({ accessKeyId: "AKIDEXAMPLE", secretAccessKey, sessionToken: "session" }),
  });
  assert.equal(url, "https://sts.eu-west-1.amazonaws.com/");
  const values = new Map(
    Object.entries(headers).map(([key, [value]]) => [key.toLowerCase(), value]),
  );
  const [, names, signature] = /SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    values.get("authorization")!,
  )!;
  assert.deepEqual(names.split(";"), [
    "host",
    "x-amz-date",
    "x-amz-security-token",
    "x-vault-aws-iam-server-id",
  ]);
  const sha = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Uint8Array, text: string) =>
    createHmac("sha256", key).update(text).digest();
  const canonical = [
    "POST",
    "/",
    "",
    ...names.split(";").map((name) => `${name}:${values.get(name)}`),
    "",
    names,
    sha("Action=GetCallerIdentity&Version=2011-06-15"),
  ].join("\n");
  const time = values.get("x-amz-date")!;
  const scope = [time.slice(0, 8), "eu-west-1", "sts", "aws4_request"];
  const key = scope.reduce<string | Uint8Array>(hmac, `AWS4${secretAccessKey}`);
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), sha(canonical)].join("\n");
  assert.equal(signature, hmac(key, text).toString("hex"));
});

Deno.test("AWS IAM: the login sends the signed request, and no key", async () => {
  let login: Record<string, string> = {};
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/v1/sys/seal-status") return Response.json({ sealed: false });
      if (pathname === "/v1/auth/aws/login") {
        login = await request.json();
        return Response.json({ auth: { client_token: "t", lease_duration: 60, renewable: true } });
      }
      return new Response(null, { status: 204 });
    },
  );
  const variables: Record<string, string> = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "canary-secret-key",
  };
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    const env = (name: string) =>
      ({
        VAULT_ADDR: `http://127.0.0.1:${server.addr.port}`,
        VAULT_AUTH_METHOD: "aws",
        VAULT_AUTH_ROLE: "sync",
        AWS_REGION: "us-east-2",
      })[name];
    await (await connectVault(env)).close();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await server.shutdown();
  }
  assert.equal(login.role, "sync");
  assert.equal(atob(login.iam_request_url), "https://sts.us-east-2.amazonaws.com/");
  assert.equal(atob(login.iam_request_body), "Action=GetCallerIdentity&Version=2011-06-15");
  assert.deepEqual(JSON.parse(atob(login.iam_request_headers)).Host, [
    "sts.us-east-2.amazonaws.com",
  ]);
  const sent = JSON.stringify(login) + atob(login.iam_request_headers);
  assert.ok(!sent.includes("canary-secret-key"));
});

engineTest(
  "bao",
  "a server is trusted by its CA bundle, or not at all",
  async ({ bao: engine }) => {
    await withBao(engine.path, async (bao) => {
      const variables = { VAULT_TOKEN: bao.token };
      assert.deepEqual(await whoAmI(bao, { ...variables, VAULT_CACERT: bao.caFile! }), ["root"]);
      await assert.rejects(whoAmI(bao, variables), /cannot be reached/);
    }, { tls: true });
  },
);

engineTest("bao", "a namespace is asked, and its absence seen", async ({ bao: engine }) => {
  await withBao(engine.path, async (bao) => {
    await bao.request("POST", "sys/namespaces/team", {});
    const variables = { VAULT_TOKEN: bao.token, VAULT_NAMESPACE: "team" };
    const vault = await connectVault(
      (name) => ({ VAULT_ADDR: bao.address, ...variables })[name],
    );
    await assert.rejects(vault.kvVersion("secret"), /has no mount secret\//);
    await vault.close();
    await bao.request("POST", "team/sys/mounts/app", { type: "kv", options: { version: "2" } });
    const again = await connectVault(
      (name) => ({ VAULT_ADDR: bao.address, ...variables })[name],
    );
    assert.equal(await again.kvVersion("app"), 2);
    await again.close();
  });
});
