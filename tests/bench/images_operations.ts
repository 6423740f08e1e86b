/** Thirty operations over ssh: run by images.ts with a machine's address. */
import { Host } from "lib/images/host.ts";
import * as files from "lib/images/operations/files/mod.ts";
import * as server from "lib/images/operations/server/mod.ts";
import { SshTarget } from "lib/images/ssh.ts";

const [port, key] = Deno.args;
const target = new SshTarget({ host: "127.0.0.1", port: Number(port), user: "root", key });
const host = new Host(target, { mode: "apply", booted: true });
for (let i = 0; i < 4; i++) await host.run("group", server.group({ group: `group${i}` }));
for (let i = 0; i < 4; i++) {
  await host.run("user", server.user({ user: `user${i}`, shell: "/bin/sh" }));
}
for (let i = 0; i < 8; i++) {
  await host.run("directory", files.directory({ path: `/srv/bench/${i}`, mode: "750" }));
}
for (let i = 0; i < 12; i++) {
  await host.run(
    "file",
    files.put({ dest: `/srv/bench/file${i}`, content: `line ${i}\n`.repeat(20), mode: "640" }),
  );
}
for (let i = 0; i < 2; i++) {
  await host.run("link", files.link({ path: `/srv/bench/link${i}`, target: `/srv/bench/${i}` }));
}
await target.close();
await Deno.stdout.write(
  new TextEncoder().encode(`${host.outcomes.filter((outcome) => outcome.changed).length}\n`),
);
