import { isIPv6 } from "node:net";
import { quoteGo } from "lib/concourse/validate/go/quote.ts";

/** What a URL was split into. */
export interface Url {
  /** In lower case, without the colon; empty for a relative one. */
  readonly scheme: string;
  /** With its port. */
  readonly host: string;
  /** Without its port. */
  readonly hostname: string;
}

/** Text that is no URL to Go; the message is Go's. */
export class UrlError extends Error {
  /** Tells it from other errors. */
  override readonly name = "UrlError";
}

const RESERVED_IN_HOST = /[\s"<>\\^`{|}]/;

/** Refuses `%` escapes that are none. */
function checkEscapes(text: string): void {
  const bad = /%(?![0-9a-fA-F]{2})/.exec(text);
  if (bad) {
    throw new UrlError(`invalid URL escape ${quoteGo(text.slice(bad.index, bad.index + 3))}`);
  }
}

function splitScheme(text: string): [string, string] {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  if (match) return [match[1].toLowerCase(), text.slice(match[0].length)];
  if (text.startsWith(":")) throw new UrlError("missing protocol scheme");
  return ["", text];
}

function checkHost(host: string): void {
  const open = host.lastIndexOf("["), close = host.lastIndexOf("]");
  if (open >= 0 && close < open) throw new UrlError("missing ']' in host");
  const after = open >= 0 ? host.slice(close + 1) : /:[^:]*$/.exec(host)?.[0] ?? "";
  if (!/^(?::\d*)?$/.test(after)) throw new UrlError(`invalid port ${quoteGo(after)} after host`);
  checkEscapes(host);
  const escaped = /%(?!25)[0-7][0-9a-fA-F]/.exec(host);
  if (escaped) throw new UrlError(`invalid URL escape ${quoteGo(escaped[0])}`);
  const address = host.slice(open + 1, close).replaceAll("%25", "%");
  if (open >= 0 && !isIPv6(address)) {
    throw new UrlError(`invalid host: ParseAddr(${quoteGo(address)}): unable to parse IP`);
  }
  const letter = RESERVED_IN_HOST.exec(open >= 0 ? host.slice(open + 1, close) : host);
  if (letter) throw new UrlError(`invalid character ${quoteGo(letter[0])} in host name`);
}

function split(text: string): Url {
  // deno-lint-ignore no-control-regex -- what a URL may not hold
  if (/[\0-\x1f\x7f]/.test(text)) {
    throw new UrlError("net/url: invalid control character in URL");
  }
  const [scheme, rest] = splitScheme(text);
  const path = rest.split("?", 1)[0];
  const relative = { scheme, host: "", hostname: "" };
  if (!path.startsWith("/")) {
    if (scheme !== "") return relative;
    if (path.split("/", 1)[0].includes(":")) {
      throw new UrlError("first path segment in URL cannot contain colon");
    }
    checkEscapes(path);
    return relative;
  }
  if (!path.startsWith("//") || scheme === "" && path.startsWith("///")) {
    checkEscapes(path);
    return relative;
  }
  const end = path.indexOf("/", 2);
  const authority = end < 0 ? path.slice(2) : path.slice(2, end);
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  checkHost(host);
  if (at >= 0) {
    const user = authority.slice(0, at);
    if (!/^[a-zA-Z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) {
      throw new UrlError("net/url: invalid userinfo");
    }
    checkEscapes(user);
  }
  if (end >= 0) checkEscapes(path.slice(end));
  const bracketed = /^\[(.*)\]/.exec(host);
  return { scheme, host, hostname: bracketed?.[1] ?? host.replace(/:\d*$/, "") };
}

/**
 * Splits a URL as Go's `url.Parse` does.
 *
 * @throws {UrlError} in Go's words: `parse "…": …`
 * @see {@link https://pkg.go.dev/net/url#Parse}
 */
export function parseUrl(text: string): Url {
  const hash = text.indexOf("#");
  const main = hash < 0 ? text : text.slice(0, hash);
  try {
    const url = split(main);
    if (hash >= 0) checkEscapes(text.slice(hash + 1));
    return url;
  } catch (error) {
    if (error instanceof UrlError) {
      throw new UrlError(`parse ${quoteGo(main)}: ${error.message}`);
    }
    throw error;
  }
}
