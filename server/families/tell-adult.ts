import type { Types } from 'mongoose';
import { childName } from '../booking/queries.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import type { User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { countOf } from '../web/format-count.js';
import type { Actor } from '../web/actor.js';

/** Tells an adult that a child is no longer on their list. An address that nobody has proven gets nothing. */
export async function tellRemoved(
  deps: Deps,
  actor: Actor,
  user: User,
  student: Types.ObjectId,
  canceled: number,
): Promise<void> {
  const name = await nameOf(actor, student);
  const meetings =
    canceled > 0
      ? ` ${countOf(canceled, 'meeting', 'meetings')} about ${name} ${canceled === 1 ? 'is' : 'are'} canceled.`
      : '';
  await tell(deps, actor, user, {
    subject: `${actor.accountName}: ${name} is no longer on your list`,
    text: `${actor.accountName} has removed ${name} from your list of children. You can no longer book meetings about ${name}.${meetings}`,
    about: student,
  });
}

export async function tellReturned(
  deps: Deps,
  actor: Actor,
  user: User,
  student: Types.ObjectId,
): Promise<void> {
  const name = await nameOf(actor, student);
  await tell(deps, actor, user, {
    subject: `${actor.accountName}: ${name} is on your list again`,
    text: `${actor.accountName} has put ${name} back on your list of children. You can book meetings about ${name} again.`,
    about: student,
  });
}

export async function tellBlocked(deps: Deps, actor: Actor, user: User, at: Date): Promise<void> {
  await tell(deps, actor, user, {
    subject: `${actor.accountName} has blocked your login`,
    text: `${actor.accountName} has blocked your login to its parent-teacher conferences. You can no longer log in or book there.`,
    about: at.getTime(),
  });
}

export async function tellUnblocked(deps: Deps, actor: Actor, user: User, at: Date): Promise<void> {
  await tell(deps, actor, user, {
    subject: `${actor.accountName}: you can log in again`,
    text: `${actor.accountName} has unblocked your login. You can log in and book meetings again:\n${deps.config.publicUrl}/login`,
    about: at.getTime(),
  });
}

async function nameOf({ account }: Actor, student: Types.ObjectId): Promise<string> {
  const found = await Contact.findOne({ _id: student, account }, { firstName: 1, lastName: 1 }).lean();
  return childName(found ?? undefined);
}

async function tell(
  deps: Deps,
  actor: Actor,
  user: User,
  { subject, text, about }: { subject: string; text: string; about: Types.ObjectId | number },
): Promise<void> {
  if (!user.emailProvenAt) return;
  await queueMail(deps, {
    account: actor.account,
    kind: 'access changed',
    to: user.email,
    subject,
    text: `Hello ${user.name},\n\n${text}\n\nIf you think this is a mistake, call the school's office.\n`,
    key: `family:${user._id.toHexString()}:${String(about)}:${String(deps.now().getTime())}`,
  });
}
