/**
 * Decrypts 100 files of 10 keys: `sops decrypt` for each file, against one process of this reader.
 *
 * `deno run -A tests/bench/secrets_decrypt.ts`; needs sops.
 */
import { generateIdentity, identityToRecipient } from "age-encryption";
import { ROOT } from "lib/cli/root.ts";
import { execOrThrow } from "lib/cli/exec.ts";
import { resolveEngine } from "lib/engines/resolve.ts";
import { plainData, readSopsFile } from "lib/secrets/sops/read.ts";
import { median, recordResults, timeCommand } from "tests/bench/results.ts";

const FILES = 100;
const KEYS = 10;
const RUNS = 5;

/** Run as a child, with the folder as its argument: what a task does. */
async function readAll(folder: string): Promise<void> {
  const started = performance.now();
  const env = (name: string) => Deno.env.get(name);
  const times: number[] = [];
  for (let index = 0; index < FILES; index++) {
    const before = performance.now();
    const path = `${folder}/${index}.yaml`;
    const data = plainData((await readSopsFile(path, env)).documents[0], path);
    if (Object.keys(data as object).length !== KEYS) throw new Error(`${path} lacks keys`);
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  const report = {
    reading: performance.now() - started,
    p95: times[Math.floor(FILES * 0.95)],
    rss: Deno.memoryUsage().rss / 2 ** 20,
  };
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(report)));
}

async function measure(): Promise<void> {
  const sops = await resolveEngine("sops");
  const identity = await generateIdentity();
  const env = { ...sops.env, SOPS_AGE_KEY: identity };
  const folder = await Deno.makeTempDir();
  try {
    const recipient = await identityToRecipient(identity);
    for (let index = 0; index < FILES; index++) {
      const lines = Array.from(
        { length: KEYS },
        (_, key) => `key_${key}: ${crypto.randomUUID()}\n`,
      );
      const args = ["encrypt", "--age", recipient, "--filename-override", "x.yaml"];
      const text = await execOrThrow(sops.path, args, { cwd: folder, env, stdin: lines.join("") });
      await Deno.writeTextFile(`${folder}/${index}.yaml`, text);
    }
    const theirs: number[] = [];
    const ours: number[] = [];
    let report = { reading: 0, p95: 0, rss: 0 };
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      for (let index = 0; index < FILES; index++) {
        await timeCommand(sops.path, ["decrypt", `${folder}/${index}.yaml`], { env });
      }
      theirs.push(performance.now() - started);
      const before = performance.now();
      const args = ["run", "-A", "--quiet", `${ROOT}/tests/bench/secrets_decrypt.ts`, folder];
      report = JSON.parse(await execOrThrow(Deno.execPath(), args, { cwd: ROOT, env }));
      ours.push(performance.now() - before);
    }
    const times = (median(theirs) / median(ours)).toFixed(1);
    await recordResults(
      "Secrets: decrypting",
      `\`deno run -A tests/bench/secrets_decrypt.ts\`: ${FILES} files of ${KEYS} keys, one age recipient; ` +
        `median of ${RUNS} runs, in turn. The reader verifies every authentication code, as sops does; its ` +
        `time is that of the whole process, its start included.

| | Wall time | For one file |
| - | - | - |
| \`sops decrypt\` (${sops.version}) for each file | ${median(theirs).toFixed(0)} ms | ${
          (median(theirs) / FILES).toFixed(1)
        } ms |
| this reader, one process | ${median(ours).toFixed(0)} ms | ${
          (report.reading / FILES).toFixed(1)
        } ms, p95 ${report.p95.toFixed(1)} ms |

${times} × faster; ${report.rss.toFixed(0)} MiB resident.`,
    );
    // deno-lint-ignore no-console
    console.log(`sops ${median(theirs)} ms, reader ${median(ours)} ms: ${times} ×`, report);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (Deno.args.length > 0) await readAll(Deno.args[0]);
else await measure();
