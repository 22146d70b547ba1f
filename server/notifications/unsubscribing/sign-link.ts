import { Types } from 'mongoose';
import type { Config } from '../../config.js';
import { seal, unseal } from '../../seal.js';

/** Separates these sealed values from other secrets under the same key. */
const PURPOSE = 'unsubscribe';

type Keys = Pick<Config, 'appSecret' | 'publicUrl'>;

/**
 * The address at which the reader of mail at `email` unsubscribes from an account's reminders and group emails. It works forever, needs no
 * login, and does not reveal whom it is for: account and address are encrypted in it.
 */
export function signLink({ appSecret, publicUrl }: Keys, account: Types.ObjectId, email: string): string {
  return `${publicUrl}/unsubscribe/${seal([PURPOSE, account.toHexString(), email].join('\n'), appSecret)}`;
}

/** Whom such a link is for. Undefined if it is damaged, or was made under another APP_SECRET. */
export function readLink(
  secret: unknown,
  { appSecret }: Pick<Keys, 'appSecret'>,
): { account: Types.ObjectId; email: string } | undefined {
  if (typeof secret !== 'string' || secret.length > 1000) return undefined;
  const [purpose, account = '', email = ''] = (unseal(secret, appSecret) ?? '').split('\n');
  if (purpose !== PURPOSE || !Types.ObjectId.isValid(account) || email === '') return undefined;
  return { account: new Types.ObjectId(account), email };
}
