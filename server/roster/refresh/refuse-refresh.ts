/** Why an account cannot be refreshed at all; said to a person as it is. */
export class RefreshRefused extends Error {}
