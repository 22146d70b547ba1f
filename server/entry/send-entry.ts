import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Office } from '../models/message.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { queueMail } from '../notifications/queue-mail.js';
import { hashSecret, makeSecret, secretFor } from '../seal.js';
import { inLanguage, type Reader } from '../web/read-language.js';
import { answersTo, askOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';

const MINUTE_MS = 60_000;
/** How long a link works. */
export const ENTRY_MINUTES = 10;
/** How long an old one can be asked for again with one press. */
export const KEPT_MS = 24 * 60 * MINUTE_MS;
/** Pressing again this soon asks for the same mail. */
const DOUBLE_MS = 30_000;

/** Where somebody wants to go on, and what their mail says of it. */
export interface EntryPlace {
  /** Absent on the page to log in, outside an event. */
  event?: { _id: Types.ObjectId; name: string; office?: Office };
  /** Absent where a login belongs to several schools and no event says which. */
  account?: Pick<Account, '_id' | 'name' | 'office'>;
  /** Where the link's page is: /e/<link>/enter, or /login/link. */
  path: string;
  reader: Reader;
}

export interface EntryAsked {
  email: string;
  name: string;
  /** The path to go on at. */
  next: string;
  /** What was typed to add a child, sealed. */
  proof?: string;
  /** In whose browser that was: the hash of its mark. */
  asker?: string;
  /** Where it was asked from. */
  sender: string;
  /** Names this press: the same one asks once. */
  once?: string;
}

/**
 * Mails a link that logs in who reads the address's mail, whether or not there is such a login: nothing here looks, so that no answer
 * tells. An earlier link of the address stops working.
 */
export async function sendEntry(deps: Deps, place: EntryPlace, asked: EntryAsked): Promise<void> {
  const { once, email } = asked;
  const at = deps.now();
  const about = JSON.stringify([once, place.event?._id, email, asked.name, asked.next]);
  let secret = once ? secretFor(deps.config.appSecret, `log in ${about}`) : makeSecret();
  const found = once ? await OneTimeLink.findById(hashSecret(secret)).lean() : null;
  if (found) {
    const left = found.until && !found.usedAt ? found.until.getTime() - at.getTime() : 0;
    if (left > ENTRY_MINUTES * MINUTE_MS - DOUBLE_MS) return;
    secret = makeSecret();
  }
  const link = hashSecret(secret);
  await OneTimeLink.updateMany(
    { email, kind: 'log in', until: { $gt: at }, _id: { $ne: link } },
    { $set: { until: at } },
  );
  if (await keepLink(link, place, asked, at)) await mailLink(deps, place, email, secret);
}

/** @returns false where the same press is at it twice at once */
async function keepLink(
  _id: string,
  { event }: EntryPlace,
  { email, name, next, proof, asker, sender }: EntryAsked,
  at: Date,
): Promise<boolean> {
  try {
    await OneTimeLink.create({
      _id,
      kind: 'log in',
      email,
      name,
      next,
      sender,
      ...(event ? { event: event._id } : {}),
      ...(proof && asker ? { proof, asker } : {}),
      until: new Date(at.getTime() + ENTRY_MINUTES * MINUTE_MS),
      expiresAt: new Date(at.getTime() + KEPT_MS),
    });
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}

async function mailLink(
  deps: Deps,
  { event, account, path, reader }: EntryPlace,
  email: string,
  secret: string,
): Promise<void> {
  const t = wordsOf(reader);
  const school = account?.name ?? 'Slotbell';
  const values = {
    school,
    event: event?.name ?? '',
    link: `${deps.config.publicUrl}${path}/${secret}`,
    minutes: ENTRY_MINUTES,
  };
  const office = event?.office ?? account?.office;
  await queueMail(deps, {
    ...(account ? { account: account._id } : {}),
    ...(event ? { event: event._id } : {}),
    kind: 'log in',
    to: email,
    ...inLanguage(reader),
    subject: t(event ? 'mails.enterEventSubject' : 'mails.enterSubject', values),
    ...answersTo({ office }),
    text: `${t(event ? 'mails.enterEvent' : 'mails.enter', values)}${askOffice({ ...reader, office })}`,
    key: `link:${hashSecret(secret)}`,
    secret: true,
  });
}
