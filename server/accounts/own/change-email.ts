import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { OneTimeLink } from '../../models/one-time-link.js';
import { User } from '../../models/user.js';
import { queueMail } from '../../notifications/queue-mail.js';
import { hashSecret, makeSecret } from '../../seal.js';
import { inLanguage, readerCalled } from '../../web/read-language.js';
import { wordsOf } from '../../web/words.js';
import { answersTo, askOffice } from '../../web/say-office.js';
import { endFeed } from '../end-feed.js';
import { findUserByEmail } from '../queries.js';
import { findOutbox, findSchool, noteOwn, tellOwner } from './note-own.js';

const HOURS = 24;

/**
 * Mails a link to the address with which somebody wants to log in; until it is opened, nothing changes. An address that already has a login
 * gets a mail that says so: the person who asks sees no difference.
 * @returns without an email server: the school whose outbox has the mail
 */
export async function askNewEmail(deps: Deps, user: User, email: string): Promise<string | undefined> {
  const school = await findSchool(user);
  const outbox = school ?? (deps.config.smtpUrl ? null : await findOutbox(user));
  const reader = readerCalled(user.language, school ?? {});
  const t = wordsOf(reader);
  const asking = askOffice(school && { ...reader, office: school.office });
  const about = {
    ...inLanguage(reader),
    ...(outbox ? { account: outbox._id } : {}),
    ...answersTo(school),
    kind: 'new e-mail',
    to: email,
  };
  // An earlier link ends in every case: if it went on working, that would reveal that this address has a login.
  await OneTimeLink.deleteMany({ user: user._id, kind: 'new e-mail' });
  const taken = await findUserByEmail(email);
  if (taken && !taken._id.equals(user._id)) {
    const hour = Math.floor(deps.now().getTime() / 3600_000);
    await queueMail(deps, {
      ...about,
      subject: t('mails.emailTakenSubject'),
      text: `${t('mails.emailTaken', { login: `${deps.config.publicUrl}/login` })}${asking}`,
      key: `taken:${user._id.toHexString()}:${email}:${String(hour)}`,
    });
    return outbox?.name;
  }
  const secret = makeSecret();
  const link = hashSecret(secret);
  await OneTimeLink.create({
    _id: link,
    kind: 'new e-mail',
    user: user._id,
    email,
    from: user.email,
    expiresAt: new Date(deps.now().getTime() + HOURS * 3600_000),
  });
  await queueMail(deps, {
    ...about,
    subject: t('mails.newEmailSubject'),
    text: `${t('mails.newEmail', { link: `${deps.config.publicUrl}/email/${secret}`, hours: HOURS })}${asking}`,
    key: `link:${link}`,
    secret: true,
  });
  return outbox?.name;
}

export type EmailChanged =
  { ok: true; user: User; hadFeed: boolean } | { ok: false; reason: 'taken' | 'over' };

/**
 * Gives a login its proven new address, if it still has the address that it had when asked. Other sessions end, links that went to the old
 * address stop working, that of the calendar too, and the old address is told.
 */
export async function takeNewEmail(
  deps: Deps,
  id: Types.ObjectId,
  { email = '', from = '' }: Pick<OneTimeLink, 'email' | 'from'>,
): Promise<EmailChanged> {
  const at = deps.now();
  let user: User | null;
  try {
    user = await User.findOneAndUpdate(
      { _id: id, email: from },
      { $set: { email, emailProvenAt: at, sessionsFrom: at } },
      { returnDocument: 'after' },
    ).lean();
  } catch (error) {
    if (isDuplicateKey(error)) return { ok: false, reason: 'taken' };
    throw error;
  }
  if (!user) return { ok: false, reason: 'over' };
  await OneTimeLink.deleteMany({
    user: id,
    kind: { $in: ['new password', 'prove e-mail', 'invitation', 'offer', 'new e-mail'] },
  });
  await OneTimeLink.deleteMany({ email: from, kind: 'log in' });
  const hadFeed = await endFeed(id);
  await noteOwn(deps, user, 'change own email');
  await tellOwner(deps, user, {
    to: from,
    subject: 'mails.emailChangedSubject',
    text: 'mails.emailChanged',
    once: String(at.getTime()),
    // No login has the old address any more, so no new password can be chosen with it.
    help: 'office',
  });
  return { ok: true, user, hadFeed };
}
