export { group, hostname, locale } from "lib/images/operations/server/identity.ts";
export { crontab, limits, script, shell } from "lib/images/operations/server/jobs.ts";
export { modprobe, mount, sysctl } from "lib/images/operations/server/kernel.ts";
export { user } from "lib/images/operations/server/user.ts";
