import { recordAudit } from '../../audit/record-audit.js';
import type { AuditAction } from '../../audit/say-action.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import type { User } from '../../models/user.js';
import { queueMail } from '../../notifications/queue-mail.js';
import { answersTo, askOffice } from '../../web/say-office.js';
import { accountsOf } from '../load-actor.js';

/** The school of a login that has one; a login of several schools speaks for none of them. */
export async function findSchool(user: User): Promise<Pick<Account, '_id' | 'name' | 'office'> | null> {
  const [account, ...others] = accountsOf(user);
  if (!account || others.length > 0) return null;
  return Account.findById(account, { name: 1, office: 1 }).lean();
}

/** Leaves an entry in every account that the login belongs to. */
export async function noteOwn(deps: Pick<Deps, 'now'>, user: User, action: AuditAction): Promise<void> {
  const accounts = new Map(user.grants.map(({ account }) => [account.toHexString(), account]));
  for (const account of accounts.values())
    await recordAudit({ account, user: user._id, action, targets: [user._id], at: deps.now() });
}

/** Tells the owner of a login by mail what was changed, and what to do where it was somebody else. */
export async function tellOwner(
  deps: Deps,
  user: User,
  { to, subject, text, once }: { to: string; subject: string; text: string; once: string },
): Promise<void> {
  const school = await findSchool(user);
  const help = askOffice(school) ? '' : ' Call the school’s office.';
  await queueMail(deps, {
    ...(school ? { account: school._id } : {}),
    ...answersTo(school),
    kind: 'login changed',
    to,
    subject,
    text: `Hello,\n\n${text} You don’t need to do anything.\n\nWasn’t it you? Somebody else may use your login.${help} Choose a new password:\n${deps.config.publicUrl}/forgot\n${askOffice(school)}`,
    key: `own:${user._id.toHexString()}:${once}`,
  });
}
