import { InstalledRelease } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { absolute, octal, parentOf } from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** What {@linkcode unpackRelease} takes. */
export interface ReleaseOptions {
  /** Where the archive is: `.zip`, `.tar.gz`, `.tgz`, or a bare program. */
  readonly url: string;
  /** The archive's SHA-256, in hex: nothing else is ever installed. */
  readonly sha256: string;
  /** The path that the member gets; with `tree`, the directory that everything is unpacked to. */
  readonly to: string;
  /** The archive's member to install: `vault`. Not for a bare program or a tree. */
  readonly member?: string;
  /** Unpack everything; `strip` leading folders are dropped (default 0). */
  readonly tree?: { readonly strip?: number };
  /** Permission bits of the member; default 755. */
  readonly mode?: string;
  /** Who vouches for the archive beside the digest given here; default nobody. */
  readonly signed?: SignedChecksums;
}

/** A vendor's list of digests, signed: `<sha256>  <file name>` lines. */
export interface SignedChecksums {
  readonly checksums: string;
  /** Its detached OpenPGP signature. */
  readonly signature: string;
  /** The key that has to have made it, in ASCII armour. */
  readonly publicKey: string;
}

const STAMPS = "/var/lib/image-releases";

/** Where the installation of a release to `to` is noted, with a digest of all it placed. */
export const stampOf = (to: string): string =>
  `${STAMPS}/${to.slice(1).replaceAll("/", "-")}.sha256`;

/**
 * Downloads a release, checks it, and puts its program (or all of it) in place at once. Installed
 * means: the same archive, and every file it placed still intact. Signatures are checked by `gpgv`,
 * which every Debian has: apt needs it.
 *
 * @throws {Problem} when neither a member nor a tree is asked from an archive
 */
export function unpackRelease(options: ReleaseOptions): Operation {
  const to = absolute(options.to);
  const kind = /\.zip$/.test(options.url)
    ? "zip"
    : /\.(tar\.gz|tgz)$/.test(options.url)
    ? "tar"
    : "bare";
  if (kind !== "bare" && !options.member && !options.tree) {
    throw new Problem(
      `${options.url} is an archive: name the member to install, or ask for a tree`,
    );
  }
  if (!/^[0-9a-f]{64}$/.test(options.sha256)) {
    throw new Problem(`${options.url}: "${options.sha256}" is not a SHA-256 in lower-case hex`);
  }
  return operation("files.unpackRelease", async function* (facts) {
    const stamp = stampOf(to);
    if (await facts.fact(InstalledRelease, { stamp, to }) === options.sha256) return;
    const stdin = options.signed && dearmour(options.signed.publicKey);
    yield { shell: installScript(options, to, kind, stamp), retries: 2, ...(stdin && { stdin }) };
  }, { claims: [`path ${to}`] });
}

const CURL = "curl -fsSL --retry 3 --retry-connrefused --connect-timeout 10 --max-time 600 -o";

/** An ELF program is for the processor that the machine has; bytes 18 and 19 say which. */
const FITS_MACHINE =
  `case "$(head -c 4 "$w/program" | od -An -tx1) $(od -An -j 18 -N 2 -tx1 "$w/program") $(uname -m)" in
  ' 7f 45 4c 46  3e 00 x86_64'|' 7f 45 4c 46  b7 00 aarch64') ;;
  ' 7f 45 4c 46'*) echo "the program in it is for another processor than this machine's $(uname -m): choose another archive" >&2; exit 1 ;;
esac`;

/** The list is the vendor's, and has the archive with the wanted digest. */
function checkSignature(signed: SignedChecksums, { url, sha256 }: ReleaseOptions): string {
  const { checksums, signature } = signed;
  const line = `${sha256}  ${new URL(url).pathname.split("/").at(-1)}`;
  const fails = (message: string) => `{ echo ${quote(message)} >&2; cat "$w/gpgv" >&2; exit 1; }`;
  return [
    `cat > "$w/key"`,
    `${CURL} "$w/sums" ${quote(checksums)}`,
    `${CURL} "$w/sums.sig" ${quote(signature)}`,
    `gpgv --homedir "$w" --keyring "$w/key" "$w/sums.sig" "$w/sums" 2>"$w/gpgv" || ${
      fails(`${checksums} is not signed by the release's key:`)
    }`,
    `grep -qxF ${quote(line)} "$w/sums" || ${
      fails(`${checksums} has no line "${line}", so this archive is not its signer's:`)
    }`,
  ].join("\n");
}

/** The bytes inside an ASCII armour. */
function dearmour(text: string): Uint8Array<ArrayBuffer> {
  const [, body] =
    /^-----BEGIN [^-]+-----\r?\n(?:.+\r?\n)*\r?\n([^-]+?)(?:\r?\n=[\w+/]{4})?\r?\n-----END/m
      .exec(text) ?? [];
  if (body === undefined) throw new Problem("A release's public key is not in ASCII armour");
  return Uint8Array.fromBase64(body.replace(/\s/g, ""));
}

function installScript(options: ReleaseOptions, to: string, kind: string, stamp: string): string {
  const member = options.member ?? "";
  const strip = options.tree?.strip ?? 0;
  const unpack = {
    zip: options.tree
      ? `unzip -q "$w/archive" -d "$w/tree"`
      : `unzip -q -p "$w/archive" ${quote(member)} > "$w/program"`,
    tar: options.tree
      ? `mkdir "$w/tree" && tar -xzf "$w/archive" -C "$w/tree" --no-same-owner --strip-components=${strip}`
      : `tar -xzOf "$w/archive" ${quote(member)} > "$w/program"`,
    bare: `mv "$w/archive" "$w/program"`,
  }[kind]!;
  const place = options.tree
    ? `rm -rf ${quote(to)} && mv "$w/tree" ${quote(to)} && chmod 755 ${quote(to)}`
    : [
      `test -s "$w/program" || { echo ${
        quote(`${options.url} has nothing in ${member || "it"}`)
      } >&2; exit 1; }`,
      FITS_MACHINE,
      `chmod ${octal(options.mode ?? "755")} "$w/program"`,
      `mv -fT "$w/program" ${quote(to)}`,
    ].join("\n");
  return [
    "set -e",
    sh`mkdir -p ${parentOf(to)} ${STAMPS}`,
    // Beside the destination, so that putting it in place is one rename.
    `w=$(mktemp -d ${quote(`${parentOf(to)}/.release-XXXXXX`)})`,
    `trap 'rm -rf "$w"' EXIT`,
    ...(options.signed ? [checkSignature(options.signed, options)] : []),
    `${CURL} "$w/archive" ${quote(options.url)}`,
    `echo ${options.sha256}"  $w/archive" | sha256sum --status -c || { echo ${
      quote(`${options.url} does not have the SHA-256 ${options.sha256}: it has`)
    } "$(sha256sum < "$w/archive")" >&2; exit 1; }`,
    unpack,
    sh`rm -f ${stamp} ${`${stamp}.stat`}`,
    place,
    `{ echo ${options.sha256}; find ${quote(to)} -type f -exec sha256sum {} +; } > "$w/stamp"`,
    `find ${quote(to)} -type f -exec stat -c '%s %y %z %n' {} + > ${quote(`${stamp}.stat`)}`,
    `mv -f "$w/stamp" ${quote(stamp)}`,
  ].join("\n");
}
