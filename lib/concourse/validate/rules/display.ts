import { placeOf } from "lib/concourse/validate/decode/context.ts";
import type { Pipeline } from "lib/concourse/validate/decode/pipeline.ts";
import { parseUrl, UrlError } from "lib/concourse/validate/go/url.ts";
import type { Report } from "lib/concourse/validate/rules/report.ts";

/** Checks the background image: a URL, by http or https, or relative. */
export function checkDisplay({ display }: Pipeline, report: Report): void {
  if (!display) return;
  const image = display.background_image, at = placeOf(display, "background_image");
  try {
    if (["", "http", "https"].includes(parseUrl(image).scheme)) return;
    const message = "background_image scheme must be either http, https or relative";
    report.error("display config", message, at);
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    report.error("display config", `background_image is not a valid URL: ${image}`, at);
  }
}
