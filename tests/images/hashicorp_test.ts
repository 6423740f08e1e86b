import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { asCommand, type Facts } from "lib/images/operation.ts";
import { installHashicorp } from "images/components/hashicorp.ts";
import { HASHICORP_KEY } from "images/components/hashicorp_key.ts";
import { RELEASES } from "lib/versions.ts";

/** The command that installs a program where nothing is installed yet. */
async function installCommand(settings: Parameters<typeof installHashicorp>[1]) {
  const facts: Facts = { booted: true, fact: () => Promise.resolve(null as never) };
  const { value } = await installHashicorp("vault", settings).commands(facts).next();
  return asCommand(value!);
}

/** An OpenPGP version 4 fingerprint: of the first packet, as RFC 4880 12.2 has it. */
function fingerprint(key: Uint8Array): string {
  const length = new DataView(key.buffer).getUint16(1);
  assert.equal(key[0], 0x99, "an old-format public key packet with two bytes of length");
  return createHash("sha1").update(key.subarray(0, length + 3)).digest("hex").toUpperCase();
}

Deno.test("a program comes with HashiCorp's signature, by the key that HashiCorp names", async () => {
  const { shell, stdin } = await installCommand(RELEASES.vault);
  assert.ok(
    shell.includes(
      `https://releases.hashicorp.com/vault/${RELEASES.vault.version}/vault_${RELEASES.vault.version}_SHA256SUMS.sig`,
    ),
  );
  assert.equal(fingerprint(stdin as Uint8Array), "C874011F0AB405110D02105534365D9472D7468F");
});

Deno.test("an archive from elsewhere needs a signature only where a list is named", async () => {
  const elsewhere = { ...RELEASES.vault, url: "http://127.0.0.1:1/vault.zip" };
  assert.doesNotMatch((await installCommand(elsewhere)).shell, /gpgv/);
  const checksums = "http://127.0.0.1:1/sums";
  const { shell } = await installCommand({
    ...elsewhere,
    checksums,
    signingKey: HASHICORP_KEY.replaceAll("\n", "\r\n"),
  });
  assert.match(shell, /gpgv/);
  assert.ok(shell.includes(`${checksums}.sig`));
});

Deno.test("a signing key that is not in ASCII armour is refused", async () => {
  const settings = { ...RELEASES.vault, signingKey: "-----BEGIN PGP PUBLIC KEY BLOCK-----" };
  await assert.rejects(installCommand(settings), /not in ASCII armour/);
});
