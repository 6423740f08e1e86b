import assert from "node:assert/strict";
import { parseUrl } from "lib/concourse/validate/go/url.ts";

/** As `fly validate-pipeline`, built with Go 1.26.8, says of a background image. */
const rows: readonly (readonly [url: string, error: string | undefined])[] = [
  ["http://a[b/x", 'parse "http://a[b/x": invalid IP-literal'],
  ["http://[::1%25en0]/x", undefined],
  ["http://a:b:80/x", 'parse "http://a:b:80/x": invalid port ":b:80" after host'],
  ["http://[1.2.3.4]/x", 'parse "http://[1.2.3.4]/x": invalid IP-literal'],
  ["ftp://a:b:80/", undefined],
  ["http://a%41b/", 'parse "http://a%41b/": invalid URL escape "%41"'],
  ["http://a%ffb/", undefined],
  ["http://a%zz/", 'parse "http://a%zz/": invalid URL escape "%zz"'],
  ["http://a b/", 'parse "http://a b/": invalid character " " in host name'],
  ["http://[::1]x/", 'parse "http://[::1]x/": invalid port "x" after host'],
  ["http://[::1", "parse \"http://[::1\": missing ']' in host"],
  ["http://a{b}/", 'parse "http://a{b}/": invalid character "{" in host name'],
  ["https://ok/x#%zz", 'parse "https://ok/x#%zz": invalid URL escape "%zz"'],
  ["http://[fe80::1%25%41]/", undefined],
  ["http://[fe80::1%25en%20]/", undefined],
  ["http://[fe80::1%25%23]/", 'parse "http://[fe80::1%25%23]/": invalid URL escape "%23"'],
  ["http://[fe80::1%25%2f]/", 'parse "http://[fe80::1%25%2f]/": invalid URL escape "%2f"'],
  ["//h:1:2/x", undefined],
  ["http://a%25b/", undefined],
];
for (const [url, error] of rows) {
  Deno.test(`${url} is ${error === undefined ? "a URL" : "refused"}`, () => {
    if (error === undefined) parseUrl(url);
    else assert.throws(() => parseUrl(url), { message: error });
  });
}
