export { user } from "lib/images/operations/server/user.ts";
