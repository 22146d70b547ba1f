import type { Response } from 'express';
import { Account } from '../models/account.js';
import { maybeActor } from '../web/actor.js';
import { callOffice } from '../web/say-office.js';
import { speakTo } from '../web/read-language.js';
import { brandOf } from '../web/show-brand.js';
import { wordsOf } from '../web/words.js';

/** Shows that no event has this link, with a field to type it again, and the school's name if there is one account. */
export async function showLost(res: Response, typed: string): Promise<void> {
  const [only, ...others] = await Account.find().sort({ _id: 1 }).limit(2).lean();
  const account = others.length === 0 ? only : undefined;
  const reader = await speakTo(res, account);
  res.status(404).render('booking/lost', {
    title: wordsOf(reader)('errors.notHere'),
    variant: maybeActor(res) ? 'parent' : 'plain',
    ...(account ? { school: brandOf(account) } : {}),
    all: account?.linkName ? `/s/${account.linkName}` : '',
    office: callOffice({ ...reader, office: account?.office }),
    form: { values: { link: typed }, errors: {} },
  });
}

/** The last part of a typed link, unchanged: in links from before 0.10, capitals, - and _ matter. */
export function lastPart(typed: string): string {
  const [, last = ''] = /([\w\s.-]+)\/?\s*$/.exec(typed.slice(0, 300).split(/[?#]/, 1)[0] ?? '') ?? [];
  return last.trim();
}

/** The typed link in today's form: "ABCD-2345" and "school.org/e/abcd2345" become abcd2345. */
export function tidyLink(typed: string): string {
  return lastPart(typed)
    .toLowerCase()
    .replace(/[^a-z\d]/g, '');
}
