import assert from "node:assert/strict";
import { Resource } from "lib/concourse/model/mod.ts";
import * as resources from "lib/concourse/resources/mod.ts";
import { isPinned, resourceType } from "lib/concourse/resource_types.ts";

const access = { app_id: "1", app_installation_id: "2", private_ssh_key: "((key))" };

/** Each helper with the least that it takes, and what has to be in its source. */
const ROWS: readonly (readonly [Resource, source: Record<string, unknown>])[] = [
  [resources.gitRepo("r", { uri: "u" }), { uri: "u", branch: "main" }],
  [
    resources.gitRepo("r", { uri: "u", tag_regex: "v.*" }),
    { uri: "u", branch: "main", tag_regex: "v.*", fetch_tags: true },
  ],
  [
    resources.sshGitRepo("r", { uri: "u", private_key: "((k))" }),
    { uri: "u", branch: "main", private_key: "((k))" },
  ],
  [
    resources.registryImage("r", { repository: "a/b", credentials: null }),
    { repository: "a/b", tag: "latest" },
  ],
  [
    resources.registryImage("r", { repository: "a/b", tag_regex: "^1", aws_region: "us-east-1" }),
    { repository: "a/b", tag_regex: "^1", aws_region: "us-east-1" },
  ],
  [
    resources.registryImage("r", { repository: "a/b" }),
    {
      repository: "a/b",
      tag: "latest",
      username: "((dockerhub.username))",
      password: "((dockerhub.password))",
    },
  ],
  [
    resources.githubRelease("r", { owner: "o", repository: "p" }),
    {
      owner: "o",
      repository: "p",
      release: true,
      access_token: "((github.public_repo_access_token))",
    },
  ],
  [
    resources.githubIssues("r", { repository: "o/p", issue_prefix: "x", access }),
    { repository: "o/p", issue_prefix: "x", issue_state: "closed", auth_method: "app", ...access },
  ],
  [
    resources.githubDeployment("r", { repository: "o/p", environment: "QA" }),
    {
      repository: "o/p",
      environment: "QA",
      auth_method: "token",
      access_token: "((github.access_token))",
    },
  ],
  [resources.schedule("r", { interval: "1h" }), { interval: "1h" }],
  [
    resources.schedule("r", { start: "7:30", stop: "9:00", days: ["Monday"] }),
    { start: "7:30", stop: "9:00", days: ["Monday"] },
  ],
  [
    resources.s3Object("r", { bucket: "b", regexp: "a-(.*).tgz" }),
    { bucket: "b", regexp: "a-(.*).tgz", enable_aws_creds_provider: true },
  ],
  [
    resources.semver("r", { driver: "s3", bucket: "b", key: "k" }),
    { driver: "s3", initial_version: "0.0.0", bucket: "b", key: "k" },
  ],
  [
    resources.semver("r", { driver: "git", uri: "u", branch: "v", file: "version" }),
    { driver: "git", initial_version: "0.0.0", uri: "u", branch: "v", file: "version" },
  ],
  [resources.slackNotification(), { url: "((slack.webhook))" }],
  [resources.packerValidator(), {}],
  [resources.packerBuilder(), {}],
  [
    resources.pulumiProvisioner("r", { project_name: "p", source_dir: "d" }),
    { action: "update", project_name: "p", source_dir: "d" },
  ],
  [
    resources.amazonAmi("r", { filters: { name: "debian-12*" } }),
    { region: "us-east-1", filters: { name: "debian-12*" } },
  ],
  [resources.vaultReleases(), { project: "vault" }],
  [resources.consulReleases(), { project: "consul" }],
  [
    resources.releaseResource("r", { uri: "u", access: { access_token: "((t))" } }),
    { uri: "u", branch: "main", auth_method: "token", access_token: "((t))" },
  ],
  [
    resources.fastlyService("r", { domain: "example.org" }),
    { api_token: "((fastly.api_token))", domain: "example.org" },
  ],
  [
    resources.pypi("r", { package: "p" }),
    {
      name: "p",
      packaging: "any",
      repository: { username: "((pypi_creds.username))", password: "((pypi_creds.password))" },
    },
  ],
];

/** Types that every worker brings along. @see https://github.com/concourse/concourse/blob/master/Dockerfile */
const CORE = ["git", "registry-image", "github-release", "time", "s3", "semver"];

Deno.test("each resource says what its type has to be told, and nothing undefined", () => {
  for (const [resource, source] of ROWS) {
    assert.deepEqual(resource.source, source, resource.type);
    assert.ok(Resource.safeParse(resource).success, resource.type);
    assert.ok(!JSON.stringify(resource).includes("null"), resource.type);
  }
});

Deno.test("each resource is of a core type or of a pinned one", () => {
  for (const [{ type }] of ROWS) assert.ok(CORE.includes(type) || isPinned(type), type);
});

Deno.test("a caller's options come before the usual ones", () => {
  const repo = resources.gitRepo("r", { uri: "u", check_every: "never", webhook_token: "((w))" });
  assert.equal(repo.check_every, "never");
  assert.equal(repo.webhook_token, "((w))");
  assert.equal(resourceType("amazon-ami", { privileged: true }).privileged, true);
});
