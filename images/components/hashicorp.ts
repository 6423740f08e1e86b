/** What the components for HashiCorp's programs share: the signed release. */
import { z } from "zod";
import { unpackRelease } from "lib/images/operations/files/mod.ts";
import type { Operation } from "lib/images/operation.ts";
import type { Release } from "lib/versions.ts";
import { HASHICORP_KEY } from "images/components/hashicorp_key.ts";
import { archiveUrl, type ReleaseSettings, releaseSettings } from "images/components/release.ts";

/** As {@linkcode releaseSettings}, with who vouches for the archive. */
export const hashicorpSettings = (release: Release) => ({
  ...releaseSettings(release),
  checksums: z.string().regex(/^https?:\/\//, "is not an http or https address").optional()
    .describe(
      "The release's signed SHA256SUMS, with its signature beside it at .sig; default HashiCorp's " +
        "for HashiCorp's archives, none for others",
    ),
  signingKey: z.string().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----").optional()
    .describe("Who has to have signed them; default HashiCorp"),
});

/** The settings that {@linkcode hashicorpSettings} makes. */
export interface HashicorpSettings extends ReleaseSettings {
  readonly checksums?: string;
  readonly signingKey?: string;
}

/** `…/vault/2.0.3/vault_2.0.3_linux_amd64.zip` → `…/vault/2.0.3/vault_2.0.3_SHA256SUMS`. */
const vendorChecksums = (archive: string): string | undefined =>
  archive.startsWith("https://releases.hashicorp.com/")
    ? archive.replace(/_[^_/]+_[^_/]+$/, "_SHA256SUMS")
    : undefined;

/**
 * Installs a program to `/usr/local/bin`: its archive has the pinned digest, and the vendor's signed
 * list has that digest too.
 */
export function installHashicorp(program: string, settings: HashicorpSettings): Operation {
  const url = archiveUrl(settings);
  const checksums = settings.checksums ?? vendorChecksums(url);
  return unpackRelease({
    url,
    sha256: settings.sha256,
    member: program,
    to: `/usr/local/bin/${program}`,
    ...(checksums === undefined ? {} : {
      signed: {
        checksums,
        signature: `${checksums}.sig`,
        publicKey: settings.signingKey ?? HASHICORP_KEY,
      },
    }),
  });
}
