import { isIPv4, isIPv6 } from "node:net";
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

/** An escape, a `%` that begins none, or a character that no host may hold. */
const HOST_PART = /%[0-9a-fA-F]{2}|[% \\^`{|}]/g;
/** What a zone may hold escaped, besides what a host may hold as it is. */
const ZONE_ESCAPE = /^%(?:2[0-24-9a-e]|3[0-9a-e]|[46][1-9a-f]|[57][0-9a]|5[bdf]|7e)$/i;

/** Refuses `%` escapes that are none. */
function checkEscapes(text: string): void {
  const bad = /%(?![0-9a-fA-F]{2})/.exec(text);
  if (bad) {
    throw new UrlError(`invalid URL escape ${quoteGo(text.slice(bad.index, bad.index + 3))}`);
  }
}

/** Refuses the first escape or character in a host that may not be there. */
function checkHostText(text: string, isZone = false): void {
  for (const { 0: part, index } of text.matchAll(HOST_PART)) {
    if (part === "%") checkEscapes(text.slice(index));
    if (part.length === 1) throw new UrlError(`invalid character ${quoteGo(part)} in host name`);
    const fine = part === "%25" || (isZone ? ZONE_ESCAPE.test(part) : /^%[89a-f]/i.test(part));
    if (!fine) throw new UrlError(`invalid URL escape ${quoteGo(part)}`);
  }
}

function splitScheme(text: string): [string, string] {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  if (match) return [match[1].toLowerCase(), text.slice(match[0].length)];
  if (text.startsWith(":")) throw new UrlError("missing protocol scheme");
  return ["", text];
}

function checkPort(port: string): void {
  if (!/^(?::\d*)?$/.test(port)) throw new UrlError(`invalid port ${quoteGo(port)} after host`);
}

/** @see {@link https://github.com/golang/go/blob/go1.26.3/src/net/url/url.go} `parseHost` */
function checkHost(scheme: string, host: string): void {
  const open = host.lastIndexOf("["), close = host.lastIndexOf("]");
  if (open > 0) throw new UrlError("invalid IP-literal");
  if (open < 0) {
    const strict = scheme === "http" || scheme === "https";
    const colon = strict ? host.indexOf(":") : host.lastIndexOf(":");
    if (colon >= 0) checkPort(host.slice(colon));
    return checkHostText(host);
  }
  if (close < 0) throw new UrlError("missing ']' in host");
  checkPort(host.slice(close + 1));
  const literal = host.slice(1, close), zone = literal.indexOf("%25");
  checkHostText(zone < 0 ? literal : literal.slice(0, zone));
  if (zone >= 0) checkHostText(literal.slice(zone), true);
  const address = literal.replace(
    /%[0-9a-fA-F]{2}/g,
    (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)),
  );
  if (isIPv4(address)) throw new UrlError("invalid IP-literal");
  // Go takes any text as a zone.
  if (!isIPv6(address.replace(/%[^]+$/, ""))) {
    throw new UrlError(`invalid host: ParseAddr(${quoteGo(address)}): unable to parse IP`);
  }
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
  checkHost(scheme, host);
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
  let whole = hash < 0 ? text : text.slice(0, hash);
  try {
    const url = split(whole);
    whole = text;
    if (hash >= 0) checkEscapes(text.slice(hash + 1));
    return url;
  } catch (error) {
    if (error instanceof UrlError) {
      throw new UrlError(`parse ${quoteGo(whole)}: ${error.message}`);
    }
    throw error;
  }
}
