import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import { User } from '../models/user.js';
import { queueMail, type Mail } from './queue-mail.js';

/**
 * Mails the account's administrators; each gets only one mail with the same key.
 * @param mail its text follows "Hello <name>,"
 * @param proven only those whose address is proven, for a mail that names a child
 */
export async function mailAdministrators(
  deps: Pick<Deps, 'config' | 'queue' | 'now'>,
  { _id: account }: Pick<Account, '_id'>,
  mail: Pick<Mail, 'kind' | 'subject' | 'text' | 'key' | 'event'>,
  { proven = false } = {},
): Promise<void> {
  const users = await User.find(
    {
      'grants.account': account,
      grants: { $elemMatch: { account, level: 'administrator', event: { $exists: false } } },
      ...(proven ? { emailProvenAt: { $exists: true } } : {}),
    },
    { email: 1, name: 1 },
  ).lean();
  for (const { _id, email, name } of users)
    await queueMail(deps, {
      ...mail,
      account,
      to: email,
      text: `Hello ${name},\n\n${mail.text}\n`,
      key: `${mail.key}:${_id.toHexString()}`,
    });
}
