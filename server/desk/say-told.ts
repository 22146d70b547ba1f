import type { Types } from 'mongoose';
import { addresseesIn } from '../meetings/write-mails.js';
import type { Deps } from '../deps.js';
import { andList } from '../web/format-count.js';
import type { PlacedEvent } from '../web/place.js';

/** The names of people who get a household's mails; none if the school has no reliable address. */
export async function findTold(account: Types.ObjectId, household: Types.ObjectId): Promise<string[]> {
  return (await addresseesIn(account, household)).map(({ name, email }) => name || email);
}

/** Who will be told of what is about to be done. */
export async function sayWhoHears(
  { config }: Pick<Deps, 'config'>,
  event: PlacedEvent,
  household: Types.ObjectId,
): Promise<string> {
  const names = await findTold(event.account, household);
  if (names.length === 0) return 'The family has no email address that we can use. Call them.';
  if (!config.smtpUrl) return 'No email server is set up, so nobody is told by email.';
  return `An email goes to ${andList(names, event)}.`;
}

/** Who is told about what was just done, as a sentence that promises nothing. */
export async function sayTold(
  { config }: Pick<Deps, 'config'>,
  event: PlacedEvent,
  household: Types.ObjectId,
): Promise<string> {
  const names = await findTold(event.account, household);
  if (names.length === 0)
    return 'The family has no email address that we can use, so call them or print their schedule.';
  if (!config.smtpUrl) return 'No email server is set up, so nobody was told by email.';
  return `${andList(names, event)} ${names.length === 1 ? 'gets' : 'get'} an email.`;
}
