import { recordAudit } from '../../audit/record-audit.js';
import type { AuditAction } from '../../audit/say-action.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import type { User } from '../../models/user.js';
import { queueMail } from '../../notifications/queue-mail.js';
import { inLanguage, readerCalled } from '../../web/read-language.js';
import { wordsOf } from '../../web/words.js';
import { answersTo, askOffice, sayCallOffice } from '../../web/say-office.js';
import { sayFeedEnded } from '../end-feed.js';
import { accountsOf } from '../load-actor.js';

interface Told {
  to: string;
  /** Keys of the catalog. */
  subject: string;
  text: string;
  once: string;
  help?: 'password' | 'office';
  /** Their calendar link ended with it. */
  hadFeed?: boolean;
}

type School = Pick<Account, '_id' | 'name' | 'office' | 'locale' | 'languages'>;

/** The school of a login that has only one; with several schools, none speaks for it. */
export async function findSchool(user: User): Promise<School | null> {
  const [account, ...others] = accountsOf(user);
  if (!account || others.length > 0) return null;
  return Account.findById(account, { name: 1, office: 1, locale: 1, languages: 1 }).lean();
}

/**
 * Without an email server: the school whose outbox has a login's mail. Any school will do, because the mail's link opens nothing for
 * somebody who is not logged in.
 */
export async function findOutbox(user: User): Promise<Pick<Account, '_id' | 'name'> | null> {
  const [account] = accountsOf(user);
  return account ? Account.findById(account, { name: 1 }).lean() : null;
}

/** Adds an audit entry in every account that the login belongs to. */
export async function noteOwn(deps: Pick<Deps, 'now'>, user: User, action: AuditAction): Promise<void> {
  const accounts = new Map(user.grants.map(({ account }) => [account.toHexString(), account]));
  for (const account of accounts.values())
    await recordAudit({ account, user: user._id, action, targets: [user._id], at: deps.now() });
}

/**
 * Tells the owner of a login by mail what was changed, and what to do if it was somebody else.
 * @param help `office`: only the school can help, because the login no longer has this address
 */
export async function tellOwner(
  deps: Deps,
  user: User,
  { to, subject, text, once, help = 'password', hadFeed = false }: Told,
): Promise<void> {
  const school = await findSchool(user);
  const reader = readerCalled(user.language, school ?? {});
  const t = wordsOf(reader);
  const place = { ...reader, office: school?.office };
  const asking = askOffice(place);
  const forgot = `${deps.config.publicUrl}/forgot`;
  const undo =
    help === 'office'
      ? t('mails.loginChangedOffice', { office: sayCallOffice(place) })
      : `${t(asking ? 'mails.loginChangedPassword' : 'mails.loginChangedCall', { forgot })}${asking}`;
  await queueMail(deps, {
    ...(school ? { account: school._id } : {}),
    ...answersTo(school),
    kind: 'login changed',
    to,
    ...inLanguage(reader),
    subject: t(subject),
    text: t('mails.loginChanged', { text: t(text) + sayFeedEnded(t, hadFeed), undo }),
    key: `own:${user._id.toHexString()}:${once}`,
  });
}
