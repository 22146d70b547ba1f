/** How long families are not told yet, so that a mistake can be undone. */
export const WAIT_MS = 5 * 60_000;

/** The longest message of the office to families. */
export const NOTICE_MAX = 1000;
