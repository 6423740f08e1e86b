/**
 * age identities: where SOPS looks for them, and opening a data key with one.
 *
 * @see {@link https://github.com/getsops/sops/blob/v3.13.3/age/keysource.go} `loadIdentities`
 * @module
 */
import { armor, Decrypter, identityToRecipient } from "age-encryption";
import { exec } from "lib/cli/exec.ts";
import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";

/** An age identity; its text never leaves this module. */
export interface AgeIdentity {
  /** The public key that goes with it: `age1…`. */
  readonly recipient: string;
  /** Opens an armored age file. */
  open(armored: string): Promise<Uint8Array>;
}

/** The identities at hand, and where there were none. */
export interface AgeIdentities {
  readonly identities: readonly AgeIdentity[];
  /** Locations that were looked at: `SOPS_AGE_KEY_FILE`, a path. */
  readonly searched: readonly string[];
}

const IDENTITY = /^AGE-SECRET-KEY-(1|PQ-1)[0-9A-Z]+$/;

/** Identities by their text: working out a recipient is slow. */
const known = new Map<string, AgeIdentity>();

async function identityOf(text: string): Promise<AgeIdentity> {
  const held = known.get(text);
  if (held !== undefined) return held;
  const recipient = await identityToRecipient(text);
  const decrypter = new Decrypter();
  decrypter.addIdentity(text);
  const identity: AgeIdentity = {
    recipient,
    open: (armored) => decrypter.decrypt(armor.decode(armored)),
  };
  known.set(text, identity);
  return identity;
}

/**
 * Parses a key file: an identity a line, `#` begins a comment.
 *
 * @param text The file's content; may be an age file itself, encrypted to a passphrase
 * @param location Where it came from, for the error
 * @param passphrase Opens an encrypted key file
 * @returns The identities; plugin identities are left to the `sops` binary
 * @throws {Problem} naming the location and line, never the key
 */
export async function parseIdentities(
  text: string,
  location: string,
  passphrase?: string,
): Promise<AgeIdentity[]> {
  if (text.startsWith("-----BEGIN AGE") || text.startsWith("age-encryption")) {
    const key = `${passphrase ?? ""}\n${text}`;
    const plain = await once(opened, key, () => openKeyFile(text, location, passphrase));
    return await parseIdentities(plain, location);
  }
  const identities: AgeIdentity[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.startsWith("#")) continue;
    for (const word of line.split(/\s+/).filter((part) => part !== "")) {
      if (word.startsWith("AGE-PLUGIN-")) continue;
      try {
        if (!IDENTITY.test(word)) throw new Error("not an identity");
        identities.push(await identityOf(word));
      } catch {
        throw new Problem(
          `${location}: line ${index + 1} is no age identity: expected AGE-SECRET-KEY-1… or ` +
            `AGE-SECRET-KEY-PQ-1…`,
        );
      }
    }
  }
  return identities;
}

async function openKeyFile(text: string, location: string, passphrase?: string): Promise<string> {
  if (passphrase === undefined) {
    throw new Problem(
      `${location}: is encrypted with a passphrase: set SOPS_AGE_KEY_PASSPHRASE`,
    );
  }
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    const file = text.startsWith("-----") ? armor.decode(text) : Uint8Array.from(
      text,
      (character) => character.charCodeAt(0),
    );
    return await decrypter.decrypt(file, "text");
  } catch (error) {
    throw new Problem(`${location}: SOPS_AGE_KEY_PASSPHRASE does not open it`, { cause: error });
  }
}

/** What was found by an environment: each file of a run asks for it. */
const found = new WeakMap<Env, Promise<AgeIdentities>>();

/**
 * The identities at hand: {@linkcode loadAgeIdentities}, once for an environment.
 *
 * @throws {Problem} for a location that is set and cannot be used
 */
export function ageIdentities(env: Env): Promise<AgeIdentities> {
  return once(found, env, () => loadAgeIdentities(env));
}

/**
 * Collects the identities from `SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE`, `SOPS_AGE_KEY_CMD` and
 * `sops/age/keys.txt` in the user's configuration folder, as SOPS does. A key file encrypted with a
 * passphrase is opened with `SOPS_AGE_KEY_PASSPHRASE`.
 *
 * @throws {Problem} for a location that is set and cannot be used
 */
export async function loadAgeIdentities(env: Env): Promise<AgeIdentities> {
  const identities: AgeIdentity[] = [];
  const searched: string[] = [];
  const passphrase = env("SOPS_AGE_KEY_PASSPHRASE");

  const inline = env("SOPS_AGE_KEY");
  searched.push("SOPS_AGE_KEY");
  if (inline) identities.push(...await parseIdentities(inline, "SOPS_AGE_KEY", passphrase));

  const file = env("SOPS_AGE_KEY_FILE");
  searched.push("SOPS_AGE_KEY_FILE");
  if (file) {
    const text = await readLatin1(file);
    if (text === undefined) throw new Problem(`SOPS_AGE_KEY_FILE: ${file}: no such file`);
    identities.push(...await parseIdentities(text, file, passphrase));
  }

  const command = env("SOPS_AGE_KEY_CMD");
  searched.push("SOPS_AGE_KEY_CMD");
  if (command) {
    const text = await once(commands, command, () => outputOf(command));
    identities.push(...await parseIdentities(text, "SOPS_AGE_KEY_CMD", passphrase));
  }

  const home = env("HOME");
  const configuration = Deno.build.os === "darwin" ? "Library/Application Support" : ".config";
  const folder = env("XDG_CONFIG_HOME") ??
    (home === undefined ? undefined : `${home}/${configuration}`);
  if (folder !== undefined) {
    const path = `${folder}/sops/age/keys.txt`;
    searched.push(path);
    const text = await readLatin1(path);
    if (text !== undefined) identities.push(...await parseIdentities(text, path, passphrase));
  }
  const unique = new Map(identities.map((identity) => [identity.recipient, identity]));
  return { identities: [...unique.values()], searched };
}

/** What key commands printed, and key files that a passphrase opened: neither is asked for twice. */
const commands = new Map<string, Promise<string>>();
const opened = new Map<string, Promise<string>>();

/** A `Map` or `WeakMap`. */
interface Results<K, V> {
  get(key: K): Promise<V> | undefined;
  set(key: K, result: Promise<V>): unknown;
  delete(key: K): boolean;
}

/** The result of work that is done once for a key; a failure is forgotten. */
function once<K, V>(
  results: Results<K, V>,
  key: K,
  work: () => Promise<V>,
): Promise<V> {
  const held = results.get(key);
  if (held !== undefined) return held;
  const result = work();
  results.set(key, result);
  result.catch(() => results.delete(key));
  return result;
}

async function outputOf(command: string): Promise<string> {
  const [program, ...args] = splitWords(command);
  const result = await exec(program, args);
  if (result.code === 0) return result.stdout;
  throw new Problem(`SOPS_AGE_KEY_CMD: ${program} failed with exit code ${result.code}`);
}

/** Bytes as characters, so that a binary age file survives; `undefined` where there is none. */
async function readLatin1(path: string): Promise<string | undefined> {
  try {
    const bytes = await Deno.readFile(path);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Problem(`${path}: cannot be read: ${(error as Error).name}`, { cause: error });
  }
}

/** Words of a command line, with single and double quotes as in a POSIX shell. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [, word] of line.matchAll(/((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+)/g)) {
    words.push(
      word.replace(
        /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
        (_, double, single, escaped) => double?.replace(/\\(.)/g, "$1") ?? single ?? escaped,
      ),
    );
  }
  return words;
}
