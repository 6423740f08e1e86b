import type { Rule } from "lib/iam/rule.ts";
import { action } from "lib/iam/rules/action.ts";
import { sid } from "lib/iam/rules/sid.ts";
import { structure } from "lib/iam/rules/structure.ts";
import { version } from "lib/iam/rules/version.ts";

/** Every rule, in the order in which findings about the same place are reported. */
export const RULES: readonly Rule[] = [structure, version, sid, action];
