/** Why an account cannot be refreshed at all; said to a person as it is. */
export class RefreshRefused extends Error {}

/** The district lets Slotbell read none of its lists. */
export class NothingShared extends RefreshRefused {}
