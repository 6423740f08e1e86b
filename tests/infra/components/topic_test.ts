import assert from "node:assert/strict";
import { Topic, type TopicArgs } from "infra/components/topic.ts";
import { make } from "tests/support/program.ts";

const topic: TopicArgs = {
  publishers: ["cloudwatch", "events"],
  subscribers: ["on-call@example.edu", "https://events.example.edu/sns"],
};

Deno.test("a topic takes messages from the named services of its own account, and encrypts them", async () => {
  const made = await make(() => new Topic("pages", topic));
  const [statement] = JSON.parse(made.inputs("aws:sns/topicPolicy:TopicPolicy", "pages").policy)
    .Statement;
  assert.deepEqual(statement.Principal.Service, [
    "cloudwatch.amazonaws.com",
    "events.amazonaws.com",
  ]);
  assert.deepEqual(statement.Condition, { StringEquals: { "aws:SourceAccount": "123456789012" } });
  const key = made.inputs("aws:kms/key:Key", "pages");
  assert.equal(key.enableKeyRotation, true);
  const publishers = JSON.parse(key.policy).Statement[1];
  assert.deepEqual(publishers.Condition, statement.Condition);
  assert.deepEqual(made.findings.filter(({ level }) => level === "mandatory"), []);
});

Deno.test("subscribers hear by e-mail or by HTTPS", async () => {
  const made = await make(() => new Topic("pages", topic));
  const protocol = (name: string) =>
    made.inputs("aws:sns/topicSubscription:TopicSubscription", name).protocol;
  assert.equal(protocol("pages-on-call-example-edu"), "email");
  assert.equal(protocol("pages-https-events-example-edu-sns"), "https");
});

const refused: [what: string, args: TopicArgs, message: RegExp][] = [
  ["nobody to publish", { publishers: [] }, /publishers: must name a service/],
  ["plain HTTP", { ...topic, subscribers: ["http://example.edu"] }, /subscribers\[0\]/],
  ["a service's whole host", { publishers: ["Events"] }, /publishers\[0\]: must be a service/],
];
for (const [what, args, message] of refused) {
  Deno.test(`a topic is refused with ${what}`, async () => {
    await assert.rejects(make(() => new Topic("pages", args)), message);
  });
}
