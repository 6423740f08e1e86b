import { z } from "zod";

/**
 * One text in PEM or several, each with a line break at its end.
 *
 * @param label What it is: `CERTIFICATE`, `RSA PRIVATE KEY`
 */
export function pem(label: string): z.ZodString {
  return z.string().regex(
    new RegExp(`^(-----BEGIN ${label}-----\\n[A-Za-z0-9+/=\\n]+\\n-----END ${label}-----\\n)+$`),
    `must be PEM: ${label}`,
  ).meta({ examples: [`-----BEGIN ${label}-----\nc3ludGhlc2lzZWQ=\n-----END ${label}-----\n`] });
}
