import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Session } from '../models/session.js';
import type { User } from '../models/user.js';

/** What a browser that is logged in sends along. */
export interface LoggedIn {
  cookie: string;
  csrf: string;
}

const DAY_MS = 24 * 3600_000;

/** Logs many in at once without two hundred password hashes: writes sessions as the app's store keeps them. */
export async function makeSessions(
  users: Pick<User, '_id' | 'sessionsFrom'>[],
  secret: string,
  signedInAt: Date,
): Promise<LoggedIn[]> {
  const expires = new Date(Date.now() + DAY_MS);
  const made = users.map((user) => {
    const id = randomBytes(24).toString('base64url');
    const csrf = randomBytes(16).toString('hex');
    const session = {
      cookie: { originalMaxAge: DAY_MS, expires, httpOnly: true, path: '/', sameSite: 'lax' },
      passport: { user: user._id.toHexString() },
      signedInAt: signedInAt.getTime(),
      from: user.sessionsFrom?.getTime() ?? 0,
      csrfToken: csrf,
    };
    const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
    return {
      cookie: `slotbell=${encodeURIComponent(`s:${id}.${signature}`)}`,
      csrf,
      kept: {
        _id: createHash('sha256').update(id).digest('base64url'),
        expires,
        lastModified: new Date(),
        session: JSON.stringify(session),
      },
    };
  });
  await Session.insertMany(made.map((one) => one.kept));
  return made.map(({ cookie, csrf }) => ({ cookie, csrf }));
}
