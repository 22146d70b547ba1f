const DAY_MS = 24 * 3600_000;

/** How long an invitation may be accepted. */
export const INVITED_MS = 14 * DAY_MS;
/** How long the record of what was decided stays: longer than any retry. */
export const RECORD_MS = 400 * DAY_MS;
/** More adults than that are no household. */
export const MOST_ADULTS = 4;
/** Open invitations of one household. */
export const MOST_INVITED = 3;
