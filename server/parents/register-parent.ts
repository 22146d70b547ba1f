import type { Types } from 'mongoose';
import { hashPassword } from '../accounts/hash-password.js';
import { sendLink } from '../accounts/send-link.js';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { languageOf, wordsOf } from '../web/words.js';
import type { Conference } from './load-conference.js';
import type { Registration } from './schema.js';

const HOUR_MS = 3600_000;

/**
 * Makes a parent's login and mails a link to continue with. Only the mail shows whether there was a login before: the page and the time it
 * takes are the same, and an existing login stays as it is.
 */
export async function registerParent(
  deps: Deps,
  { event, account, home }: Conference,
  { name, email, password }: Registration,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  try {
    const user = await User.create({
      email,
      name,
      passwordHash,
      language: languageOf(event).code,
      grants: [{ account: account._id, level: 'customer' }],
      createdAt: deps.now(),
    });
    await sendLink(deps, 'prove e-mail', user.toObject(), { next: home });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const t = wordsOf(event);
    const hour = Math.floor(deps.now().getTime() / HOUR_MS);
    const login = `${deps.config.publicUrl}/login?next=${encodeURIComponent(home)}`;
    await queueMail(deps, {
      account: account._id,
      event: event._id,
      kind: 'already registered',
      to: email,
      ...inLanguage(readerCalled(languageOf(event).code, account)),
      subject: t('mails.alreadyRegisteredSubject', { school: account.name }),
      text: t('mails.alreadyRegistered', {
        event: event.name,
        school: account.name,
        login,
        forgot: `${deps.config.publicUrl}/forgot`,
      }),
      key: `already:${email}:${String(hour)}`,
    });
  }
}

/** Lets a login book at another school, unless that school blocked it. */
export async function joinSchool(user: Types.ObjectId, account: Types.ObjectId): Promise<void> {
  await User.updateOne(
    { _id: user, grants: { $not: { $elemMatch: { account } } }, 'blocks.account': { $ne: account } },
    { $push: { grants: { account, level: 'customer' } } },
  );
}
