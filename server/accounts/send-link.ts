import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { Notification } from '../models/notification.js';
import type { User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { hashSecret, makeSecret, secretFor } from '../seal.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { answersTo, askOffice } from '../web/say-office.js';
import { wordsOf, type Words } from '../web/words.js';
import { accountsOf } from './load-actor.js';

type LinkKind = 'prove e-mail' | 'new password' | 'invitation';

const HOUR = 3600_000;

const LINKS: Record<
  LinkKind,
  {
    path: string;
    hours: number;
    /** Keys of the catalog. */
    subject: string;
    text: string;
  }
> = {
  'prove e-mail': {
    path: '/prove',
    hours: 24,
    subject: 'mails.proveSubject',
    text: 'mails.prove',
  },
  'new password': {
    path: '/password',
    hours: 2,
    subject: 'mails.newPasswordSubject',
    text: 'mails.newPassword',
  },
  invitation: {
    path: '/password',
    hours: 7 * 24,
    subject: 'mails.invitationSubject',
    text: 'mails.invitation',
  },
};

/**
 * Mails somebody a link that works once; earlier links of the same kind stop working.
 * @param options.next path to continue to afterwards
 * @param options.once names this mail: a repetition, for example after a worker died, sends nothing and makes no other link
 */
export async function sendLink(
  deps: Deps,
  kind: LinkKind,
  user: User,
  { next = '', once }: { next?: string; once?: string } = {},
): Promise<void> {
  if (once && (await isSent(once))) return;
  const secret = once ? secretFor(deps.config.appSecret, once) : makeSecret();
  const about = LINKS[kind];
  const link = hashSecret(secret);
  await OneTimeLink.deleteMany({ user: user._id, kind, _id: { $ne: link } });
  const expiresAt = new Date(deps.now().getTime() + about.hours * HOUR);
  await OneTimeLink.updateOne({ _id: link }, { kind, user: user._id, next, expiresAt }, { upsert: true });
  const account = onlyAccount(user);
  const school =
    account && (await Account.findById(account, { name: 1, office: 1, locale: 1, languages: 1 }).lean());
  // Who is invited is to work here, and staff read English.
  const reader =
    kind === 'invitation'
      ? readerCalled('en', Object.assign({}, school, { languages: ['en'] }))
      : readerCalled(user.language, school ?? {});
  const t = wordsOf(reader);
  const to = `${deps.config.publicUrl}${about.path}/${secret}`;
  await queueMail(deps, {
    ...(account ? { account } : {}),
    kind,
    to: user.email,
    ...inLanguage(reader),
    subject: t(about.subject, { school: school?.name ?? 'Slotbell' }),
    ...answersTo(school),
    text: `${t(about.text, { hello: greet(t, kind, user), link: to })}${askOffice(school && { ...reader, office: school.office })}`,
    key: once ? sentKey(once) : `link:${link}`,
    secret: true,
  });
}

/** The key of a mail that is sent once. */
export function sentKey(once: string): string {
  return `invite:${once}`;
}

export async function isSent(once: string): Promise<boolean> {
  return (await Notification.exists({ key: sentKey(once) })) !== null;
}

/** Leaves out the name of an unproven address: a stranger may have chosen it, and the school would send their text to others. */
function greet(t: Words, kind: LinkKind, user: User): string {
  return kind === 'invitation' || user.emailProvenAt
    ? t('mails.helloName', { name: user.name })
    : t('mails.hello');
}

/** If a login has several accounts, no school's outbox shows its link: it would open the other schools too. */
function onlyAccount(user: User): Types.ObjectId | undefined {
  return accountsOf(user).length === 1 ? user.grants[0]?.account : undefined;
}

/** The link that a secret opens, if it is still valid. Looking does not use it up. */
export async function findLink(
  secret: unknown,
  kinds: OneTimeLink['kind'][],
  now: Date,
): Promise<OneTimeLink | null> {
  if (typeof secret !== 'string' || secret.length > 100) return null;
  return OneTimeLink.findOne({
    _id: hashSecret(secret),
    kind: { $in: kinds },
    expiresAt: { $gt: now },
  }).lean();
}

/** Uses a link up. Of two people who try at once, one gets it. */
export async function takeLink(
  secret: unknown,
  kinds: OneTimeLink['kind'][],
  now: Date,
): Promise<OneTimeLink | null> {
  if (typeof secret !== 'string' || secret.length > 100) return null;
  return OneTimeLink.findOneAndDelete({
    _id: hashSecret(secret),
    kind: { $in: kinds },
    expiresAt: { $gt: now },
  }).lean();
}
