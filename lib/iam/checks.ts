/** placeholder */
export const ANALYZER_CODES: ReadonlySet<string> = new Set<string>();
