import assert from "node:assert/strict";
import { zipSync } from "fflate";
import { execOrThrow } from "lib/cli/exec.ts";
import { CATALOG, EngineName } from "lib/engines/catalog.ts";
import { fetchRelease, findChecksum, ReleaseUnavailable } from "lib/engines/release.ts";
import { Problem } from "lib/schema/problem.ts";
import { listTree, TempDir } from "./support.ts";

const sum = (digit: string) => digit.repeat(64);
const github = (digest: string) => JSON.stringify({ assets: [{ name: "x.tgz", digest }] });

const published: [what: string, text: string, found: string | undefined][] = [
  ["sha256sum's text lines", `${sum("a")}  y.tgz\n${sum("b")}  x.tgz\n`, sum("b")],
  ["its binary lines", `${sum("b")} *x.tgz\n`, sum("b")],
  ["a line with a folder", `${sum("b")}  dist/x.tgz\n`, sum("b")],
  ["Windows line ends", `${sum("a")}  y.tgz\r\n${sum("b")}  x.tgz\r\n`, sum("b")],
  ["upper-case digits", `${sum("B")}  x.tgz\n`, sum("b")],
  ["a lone sum", `${sum("b")}\n`, sum("b")],
  ["GitHub's digest", github(`sha256:${sum("b")}`), sum("b")],
  ["nothing for a file that only ends alike", `${sum("b")}  max.tgz\n`, undefined],
  ["nothing in a SHA-512 sum", `${sum("b")}${sum("b")}  x.tgz\n`, undefined],
  ["nothing in GitHub's other digests", github(`sha512:${sum("b")}`), undefined],
  ["nothing in broken JSON", "{", undefined],
  ["nothing in an error page", "<html>Not found</html>", undefined],
];
for (const [what, text, found] of published) {
  Deno.test(`findChecksum reads ${what}`, () => assert.equal(findChecksum(text, "x.tgz"), found));
}

const program = new TextEncoder().encode("#!/bin/sh\necho 1.2.3\n");

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function tarOf(dir: TempDir): Promise<Uint8Array<ArrayBuffer>> {
  await Deno.mkdir(`${dir.path}/in/tool`, { recursive: true });
  await Deno.writeFile(`${dir.path}/in/tool/tool`, program);
  await execOrThrow("tar", ["-czf", `${dir.path}/t.tgz`, "-C", `${dir.path}/in`, "."]);
  return await Deno.readFile(`${dir.path}/t.tgz`);
}

/** A vendor on loopback; files by name, a function answers itself. */
function vendor(files: Record<string, Uint8Array<ArrayBuffer> | string | (() => Response)>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const file = files[new URL(request.url).pathname.slice(1)];
    if (typeof file === "function") return file();
    return file === undefined ? new Response("none", { status: 404 }) : new Response(file);
  });
  return {
    url: (name: string) => `http://127.0.0.1:${server.addr.port}/${name}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const kinds: [what: string, file: string, member: string | undefined][] = [
  ["an executable", "tool", undefined],
  ["a .tar.gz", "tool.tar.gz", "tool/tool"],
  ["a .zip", "tool.zip", "tool"],
];
for (const [what, file, member] of kinds) {
  Deno.test(`A release that is ${what} is checked and its executable taken out`, async () => {
    await using dir = await TempDir.make();
    await Deno.mkdir(`${dir.path}/work`);
    const bytes = file.endsWith(".gz")
      ? await tarOf(dir)
      : file.endsWith(".zip")
      ? zipSync({ tool: program, "LICENSE": program })
      : program;
    await using site = vendor({ [file]: bytes, sums: `${await sha256(bytes)}  ${file}\n` });
    const release = { url: site.url(file), checksums: site.url("sums"), member };
    const notes: string[] = [];
    const path = await fetchRelease(release, `${dir.path}/work`, { say: (n) => notes.push(n) });
    assert.deepEqual(await Deno.readFile(path), program);
    assert.equal(notes.at(-1), "downloading 0 of 0 MB");
  });
}

Deno.test("A release that is not what was published is refused, and not unpacked", async () => {
  await using dir = await TempDir.make();
  await using site = vendor({ "tool.zip": program, sums: `${sum("a")}  tool.zip\n` });
  const release = { url: site.url("tool.zip"), checksums: site.url("sums"), member: "tool" };
  await assert.rejects(fetchRelease(release, dir.path), (error) => {
    assert(error instanceof Problem && !(error instanceof ReleaseUnavailable));
    assert.match(error.message, /has SHA-256 [0-9a-f]{64}, published is a{64}: it was refused; /);
    return true;
  });
  assert.deepEqual(await listTree(dir.path), ["tool.zip"]);
});

const silent = () => new Response(new ReadableStream());
const unavailable: [
  what: string,
  files: Record<string, string | (() => Response)>,
  message: RegExp,
][] = [
  ["has no checksums", {}, /\/sums answers 404$/],
  ["has no sum of this file", { sums: `${sum("a")}  other\n` }, /\/sums has no SHA-256 of tool$/],
  ["has a sum but no file", { sums: `${sum("a")}  tool\n` }, /\/tool answers 404$/],
  ["does not answer", { sums: silent }, /cannot be reached \(no answer in 0\.2 s\)$/],
  [
    "stops in the middle of a file",
    { sums: `${sum("a")}  tool\n`, tool: silent },
    /\/tool broke off \(nothing came for 0\.2 s\)$/,
  ],
];
for (const [what, files, message] of unavailable) {
  Deno.test(`A vendor that ${what} is unavailable, so that building can be tried`, async () => {
    await using dir = await TempDir.make();
    await using site = vendor(files);
    const release = { url: site.url("tool"), checksums: site.url("sums") };
    // Only the clock that the row is about may run out, however slow the machine.
    const options = {
      connectTimeout: /no answer/.test(message.source) ? 200 : 60_000,
      stallTimeout: /nothing came/.test(message.source) ? 200 : 60_000,
    };
    await assert.rejects(fetchRelease(release, dir.path, options), (error) => {
      assert(error instanceof ReleaseUnavailable);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("A vendor that nobody listens for is unavailable", async () => {
  await using dir = await TempDir.make();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const base = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  listener.close();
  const release = { url: `${base}/tool`, checksums: `${base}/sums` };
  await assert.rejects(fetchRelease(release, dir.path), ReleaseUnavailable);
});

Deno.test("Ctrl-C during a download is no reason to build instead", async () => {
  await using dir = await TempDir.make();
  const controller = new AbortController();
  const interrupt = new Problem("Interrupted");
  const hang = () => {
    queueMicrotask(() => controller.abort(interrupt));
    return silent();
  };
  await using site = vendor({ sums: `${sum("a")}  tool\n`, tool: hang });
  const release = { url: site.url("tool"), checksums: site.url("sums") };
  const { signal } = controller;
  await assert.rejects(fetchRelease(release, dir.path, { signal }), (error) => error === interrupt);
});

const platforms = ["linux", "darwin"].flatMap((os) =>
  ["x86_64", "aarch64"].map((arch) => ({ os, arch }))
);
for (const name of EngineName.options) {
  Deno.test(`${name}'s releases are of the pinned version and come over https`, () => {
    const { release, version } = CATALOG[name];
    const releases = platforms.map(release).filter((found) => found !== undefined);
    assert(releases.length >= 2);
    assert.equal(new Set(releases.map(({ url }) => url)).size, releases.length);
    for (const { url, checksums } of releases) {
      for (const address of [url, checksums]) {
        assert.equal(new URL(address).protocol, "https:");
        assert(address.includes(version), address);
      }
    }
  });
}

Deno.test("deno task setup may connect to every vendor", async () => {
  const config = JSON.parse(await Deno.readTextFile("deno.json"));
  const [, hosts] = /--allow-net=(\S+)/.exec(config.tasks.setup.command)!;
  for (const name of EngineName.options) {
    const release = CATALOG[name].release(platforms[0])!;
    for (const url of [release.url, release.checksums]) {
      assert(hosts.split(",").includes(new URL(url).host), url);
    }
  }
});
