import type { Request } from 'express';
import type { Deps } from '../deps.js';
import { rateLimit, type Limit } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';
import { findUserByEmail } from './queries.js';
import { claimsDevice, findDevice } from './mark-device.js';

const QUARTER = 15 * 60;
const HOUR = 3600;

/** The keys that an attempt was counted under. */
export interface LoginTry {
  /** The password was right, so the attempt counts nowhere. */
  wasRight(): Promise<void>;
}

/**
 * Counts attempts to log in; only wrong ones stay counted. A browser in which this login was used before has its own limit: somebody who
 * guesses from the same school, or at the same login from all over the world, does not lock it out.
 * @throws HttpError 429 from the function that counts
 */
export function limitLogins(deps: Pick<Deps, 'config'>): (req: Request, email: string) => Promise<LoginTry> {
  const ofDevice = rateLimit('login-device', 10, QUARTER);
  const ofOne = rateLimit('login-one', 10, QUARTER);
  const ofLogin = rateLimit('login-name', 50, HOUR);
  const ofAddress = rateLimit('login-address', 400, QUARTER);

  return async (req, email) => {
    const user = claimsDevice(deps.config, req) ? await findUserByEmail(email) : null;
    const device = findDevice(deps.config, req, user);
    if (device) {
      await ofDevice.take(device);
      return { wasRight: () => ofDevice.clear(device) };
    }
    const sender = senderOf(req);
    const one = `${email} ${sender}`;
    // The login's own limit comes last: an address that is refused does not use up the owner's attempts.
    await takeAll([
      [ofAddress, sender],
      [ofOne, one],
      [ofLogin, email],
    ]);
    return {
      async wasRight() {
        await Promise.all([ofAddress.giveBack(sender), ofOne.clear(one), ofLogin.giveBack(email)]);
      },
    };
  };
}

/** Counts an attempt under every limit. If one limit refuses it, it counts under none of the others. */
export async function takeAll(limits: [Limit, string][]): Promise<void> {
  const taken: typeof limits = [];
  for (const [limit, key] of limits) {
    try {
      await limit.take(key);
    } catch (refused) {
      await Promise.all(taken.map(([earlier, its]) => earlier.giveBack(its)));
      throw refused;
    }
    taken.push([limit, key]);
  }
}
