/** The repository's root, an absolute path without a slash at its end. */
export const ROOT: string = decodeURIComponent(
  new URL("../..", import.meta.url).pathname.replace(/\/$/, ""),
);
