import { OneTimeLink } from '../models/one-time-link.js';
import type { User } from '../models/user.js';
import { endFeed } from './end-feed.js';

/**
 * Ends what opens a login, or shows what is in it, without its password: its mailed links of these kinds, those that log in with this
 * address, and that of its calendar. Whoever knew the former password, or read the former address's mail, may have them.
 * @returns whether it had a calendar link
 */
export async function endLinks(
  { _id, email }: Pick<User, '_id' | 'email'>,
  kinds: OneTimeLink['kind'][],
): Promise<boolean> {
  await OneTimeLink.deleteMany({ user: _id, kind: { $in: kinds } });
  await OneTimeLink.deleteMany({ email, kind: 'log in' });
  return endFeed(_id);
}
