/** How long families are not told yet, so that a slip can be undone. */
export const WAIT_MS = 5 * 60_000;

/** Longest words of the office to families. */
export const NOTICE_MAX = 1000;
