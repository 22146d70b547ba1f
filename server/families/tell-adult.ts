import type { Types } from 'mongoose';
import { childName } from '../meetings/name-meetings.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Contact } from '../models/contact.js';
import type { Household } from '../models/household.js';
import { isBlocked, User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import type { Actor } from '../web/actor.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf, type Words } from '../web/words.js';

/** What an adult is told, in their language. */
interface Told {
  subject: string;
  text: string;
}

/** Tells the adults of a household that a child is no longer on their list. An address that nobody has proven gets nothing. */
export async function tellRemoved(
  deps: Deps,
  actor: Actor,
  household: Household,
  student: Types.ObjectId,
  canceled: number,
): Promise<void> {
  await tellAll(deps, actor, household, student, async (t) => {
    const about = { school: actor.accountName, child: await nameOf(actor, student, t) };
    const lost = canceled > 0 ? ` ${t('mails.removedCanceled', { ...about, count: canceled })}` : '';
    return { subject: t('mails.removedSubject', about), text: `${t('mails.removed', about)}${lost}` };
  });
}

export async function tellReturned(
  deps: Deps,
  actor: Actor,
  household: Household,
  student: Types.ObjectId,
): Promise<void> {
  await tellAll(deps, actor, household, student, async (t) => {
    const about = { school: actor.accountName, child: await nameOf(actor, student, t) };
    return { subject: t('mails.returnedSubject', about), text: t('mails.returned', about) };
  });
}

export async function tellBlocked(deps: Deps, actor: Actor, user: User, at: Date): Promise<void> {
  const school = actor.accountName;
  await tell(deps, actor, user, at.getTime(), (t) => ({
    subject: t('mails.blockedSubject', { school }),
    text: t('mails.blocked', { school }),
  }));
}

export async function tellUnblocked(deps: Deps, actor: Actor, user: User, at: Date): Promise<void> {
  const about = { school: actor.accountName, link: `${deps.config.publicUrl}/login` };
  await tell(deps, actor, user, at.getTime(), (t) => ({
    subject: t('mails.unblockedSubject', about),
    text: t('mails.unblocked', about),
  }));
}

async function nameOf({ account }: Actor, student: Types.ObjectId, t: Words): Promise<string> {
  const found = await Contact.findOne({ _id: student, account }, { firstName: 1, lastName: 1 }).lean();
  return childName(found ?? undefined, t);
}

/** Who is blocked hears nothing of the children. */
async function tellAll(
  deps: Deps,
  actor: Actor,
  { adults }: Household,
  about: Types.ObjectId,
  say: (t: Words) => Promise<Told>,
): Promise<void> {
  const users = await User.find({ _id: { $in: adults } }).lean();
  for (const user of users) if (!isBlocked(user, actor.account)) await tell(deps, actor, user, about, say);
}

async function tell(
  deps: Deps,
  actor: Actor,
  user: User,
  about: Types.ObjectId | number,
  say: (t: Words) => Told | Promise<Told>,
): Promise<void> {
  if (!user.emailProvenAt) return;
  const school = await Account.findById(actor.account, { locale: 1, languages: 1, office: 1 }).lean();
  const reader = readerCalled(user.language, school ?? {});
  const office = callOffice({ ...reader, ...(school?.office ? { office: school.office } : {}) });
  const t = wordsOf(reader);
  const { subject, text } = await say(t);
  await queueMail(deps, {
    account: actor.account,
    kind: 'access changed',
    to: user.email,
    ...inLanguage(reader),
    subject,
    text: t('mails.listChanged', { hello: t('mails.helloName', { name: user.name }), text, office }),
    key: `family:${user._id.toHexString()}:${String(about)}:${String(deps.now().getTime())}`,
  });
}
