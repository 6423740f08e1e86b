export { directory } from "lib/images/operations/files/directory.ts";
export { file } from "lib/images/operations/files/file.ts";
export { line } from "lib/images/operations/files/line.ts";
export { link } from "lib/images/operations/files/link.ts";
export { put } from "lib/images/operations/files/put.ts";
export { template } from "lib/images/operations/files/template.ts";
export { unpackRelease } from "lib/images/operations/files/unpack_release.ts";
