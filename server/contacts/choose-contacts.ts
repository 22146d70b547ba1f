import type { Response } from 'express';
import type { QueryFilter } from 'mongoose';
import type { Contact } from '../models/contact.js';
import { actorOf } from '../web/actor.js';
import { countOf } from '../web/format-count.js';
import { addressOf } from '../web/paging.js';
import { findChosen, type Chosen } from './find-chosen.js';
import { HOME } from './show-frame.js';
import { refuseList } from './show-list.js';

/**
 * Finds the contacts that a form of the list is about. Undefined where there are none or too many: the list is shown again and says so.
 * @param of which contacts the action applies to, and how many at a time
 */
export async function chooseContacts(
  res: Response,
  body: unknown,
  form: Chosen,
  of: { fits: QueryFilter<Contact>; most: number; none: string; words: [one: string, many: string] },
): Promise<Contact[] | undefined> {
  const found = await findChosen(actorOf(res).account, form, of.fits, of.most);
  if (found.length > 0 && found.length <= of.most) return found;
  const ids =
    found.length === 0 ? of.none : `Select no more than ${countOf(of.most, ...of.words)} at a time.`;
  await refuseList(res, body, { ids }, form);
  return undefined;
}

/** What a page that asks first sends again, so that the action is about the same contacts. */
export function chosenAgain({
  q,
  type,
  status,
  missing,
  all,
  ids,
}: Chosen): Record<string, string | string[]> {
  return { q, type, status, missing, ...(all ? { all: 'on' } : { ids: ids.map(String) }) };
}

/** The list's filters at the time the contacts were chosen. */
export function listOf({ q, type, status, missing }: Chosen): string {
  return addressOf(HOME, { q, type, status, missing });
}
