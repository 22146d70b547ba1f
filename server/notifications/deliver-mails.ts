import type { Deps } from '../deps.js';

/** Sends the mails whose time has come. */
export async function deliverMails(_deps: Deps, _stopping: AbortSignal): Promise<void> {
  // Begun: nothing is sent yet.
}
