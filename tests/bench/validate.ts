/**
 * The validator against `fly validate-pipeline`, in the same run: `deno run -A tests/bench/validate.ts`.
 * The peer is `FLY` or the `fly` on PATH, and is left out where there is none.
 *
 * @module
 */
import { ROOT } from "lib/cli/root.ts";
import { lintPipeline } from "lib/concourse/lint/mod.ts";
import { validatePipeline } from "lib/concourse/validate/validate.ts";
import { verdictCases } from "tests/support/verdicts.ts";
import { median, recordResults, timeCommand } from "./results.ts";

const FILES = 200;
const RUNS = 5;
const LARGE = 500_000;

/** The command line of the task, as deno.json has it. */
const TASK = [
  "run",
  "--quiet",
  "--allow-read",
  "--allow-env",
  `${ROOT}/tasks/validate_pipeline.ts`,
  "--profile",
  "fly",
];

async function flyAtHand(): Promise<string | undefined> {
  const name = Deno.env.get("FLY") ?? "fly";
  const found = await new Deno.Command(name, { args: ["--version"], stdout: "null" }).output()
    .catch(() => undefined);
  return found?.success ? name : undefined;
}

/** Realistic pipelines that Concourse accepts, the longest of the data. */
async function corpus(): Promise<string[]> {
  const accepted = (await verdictCases()).filter(({ fly, vars }) => fly.ok && vars === undefined);
  return accepted.map(({ yaml }) => yaml).sort((a, b) => b.length - a.length).slice(0, FILES);
}

/** A pipeline of about half a megabyte: many jobs with their resources, images and scripts. */
function large(): string {
  const resources: string[] = [], jobs: string[] = [];
  for (let at = 0, size = 0; size < LARGE; at++) {
    const resource =
      `- name: repo-${at}\n  type: git\n  source:\n    uri: https://git.example/repo-${at}.git\n    branch: main\n`;
    const job = [
      `- name: job-${at}`,
      "  serial: true",
      "  plan:",
      `  - in_parallel: [{get: repo-${at}, trigger: true}, {get: repo-${Math.max(0, at - 1)}}]`,
      "  - task: build",
      "    config:",
      "      platform: linux",
      "      image_resource: {type: registry-image, source: {repository: alpine, tag: '3.22'}}",
      `      inputs: [{name: repo-${at}}]`,
      "      run:",
      "        path: sh",
      "        args:",
      "        - -euc",
      "        - |",
      ...Array.from(
        { length: 12 },
        (_, line) => `          echo "building part ${line}: $VERSION"`,
      ),
      "      params: {VERSION: ((version)), LEVEL: 3}",
      "",
    ].join("\n").replace("[{get: repo-0, trigger: true}, {get: repo-0}]", "[{get: repo-0}]");
    resources.push(resource);
    jobs.push(job);
    size += resource.length + job.length;
  }
  return `resources:\n${resources.join("")}jobs:\n${jobs.join("")}`;
}

/** The quickest of several runs: what a busy machine adds is neither program's. */
function quickest(times: readonly number[]): number {
  return Math.min(...times);
}

/** Milliseconds of each call in this process, but for the first run, which warms up. */
function timeCalls(texts: readonly string[], runs: number, lint: boolean): number[] {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    for (const text of texts) {
      const started = performance.now();
      const verdict = validatePipeline(text, "fly");
      if (lint) lintPipeline(verdict);
      if (run > 0) times.push(performance.now() - started);
    }
  }
  return times;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  try {
    const texts = await corpus();
    const files = await Promise.all(texts.map(async (text, at) => {
      await Deno.writeTextFile(`${folder}/${at}.yml`, text);
      return `${folder}/${at}.yml`;
    }));
    const big = `${folder}/large.yml`;
    await Deno.writeTextFile(big, large());
    const fly = await flyAtHand();
    const ours: number[] = [], theirs: number[] = [], oursLarge: number[] = [];
    const theirsLarge: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      ours.push(await timeCommand(Deno.execPath(), [...TASK, ...files]));
      oursLarge.push(await timeCommand(Deno.execPath(), [...TASK, big]));
      if (!fly) continue;
      theirsLarge.push(await timeCommand(fly, ["validate-pipeline", "-c", big]));
      // Every file by its own process is slow: two passes over all of them will do.
      if (run > 1) continue;
      const started = performance.now();
      for (const file of files) await timeCommand(fly, ["validate-pipeline", "-c", file]);
      theirs.push(performance.now() - started);
    }
    const startup = quickest(
      await Array.fromAsync(
        { length: RUNS },
        () => timeCommand(Deno.execPath(), [...TASK, "--list-lints"]),
      ),
    );
    const ms = (value: number, digits = 0) => `${value.toFixed(digits)} ms`;
    const kilobytes = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / 1000);
    const rows: [string, string, string][] = [
      [`${FILES} files (${kilobytes} KB), one \`validate-pipeline\``, ms(quickest(ours)), ""],
      ...(fly
        ? [
          [`${FILES} files, \`fly validate-pipeline\` each`, ms(quickest(theirs)), ""],
          ["times faster", (quickest(theirs) / quickest(ours)).toFixed(1), "≥ 10"],
        ] as [string, string, string][]
        : []),
      ["a file among them, startup apart", ms((quickest(ours) - startup) / FILES, 2), ""],
      ["a file, validated in process", ms(median(timeCalls(texts, 6, false)), 3), ""],
      [
        "a file, validated and linted in process",
        ms(median(timeCalls(texts, 6, true)), 3),
        "≤ 2 ms",
      ],
      ["500 KB in one file, whole command, cold", ms(quickest(oursLarge)), ""],
      ...(fly
        ? [["500 KB in one file, `fly`", ms(quickest(theirsLarge)), ""]] as [
          string,
          string,
          string,
        ][]
        : []),
      [
        "500 KB in one file, validated in process",
        ms(quickest(timeCalls([large()], 20, false))),
        "≤ 100 ms",
      ],
    ];
    const body = [
      `\`deno run -A tests/bench/validate.ts\`: whole processes are the quickest of ${RUNS}${
        fly ? ", 200 times `fly` of 2" : "; no `fly` was at hand"
      }; of calls in process the median, of\nthe large file's the quickest of 19.`,
      "",
      "| What | Measured | Wanted |",
      "| --- | --- | --- |",
      ...rows.map((row) => `| ${row.join(" | ")} |`),
    ].join("\n");
    await recordResults("Validating pipelines", body);
    await timeCommand(Deno.execPath(), ["fmt", "--quiet", `${ROOT}/tests/bench/RESULTS.md`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
