import type { Request } from 'express';
import type { Types } from 'mongoose';
import { takeAll } from '../accounts/limit-logins.js';
import { claimsDevice, findDevice } from '../accounts/mark-device.js';
import { findUserByEmail } from '../accounts/queries.js';
import type { Deps } from '../deps.js';
import type { OneTimeLink } from '../models/one-time-link.js';
import { rateLimit, refusalOf } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';
import { hasLiveEntry } from './find-entry.js';

const HOUR = 3600;

/** A mail that was asked for, as it was counted. */
export interface CountedAsk {
  /** The browser's number, where the login was used in it before: it counts apart. */
  device?: string;
  /** Too many asked for this address: it is mailed one only where it has no link that works. */
  isFull: boolean;
  /** No mail was needed, so the ask counts nowhere. */
  giveBack(): Promise<void>;
}

/** Under what it was counted: the browser's number alone, or the address and who asked. */
type Asked = Pick<OneTimeLink, 'email' | 'sender' | 'device'>;

export interface AskingLimits {
  /**
   * Counts a mail that is asked for.
   * @param at the event, where every address gets a link; absent where a refusal would tell which addresses have a login: there who mails
   * looks at `isFull`
   * @throws HttpError 429
   */
  take(req: Request, email: string, at?: { event: Types.ObjectId | undefined }): Promise<CountedAsk>;
  /** Forgets one that was used: it was the owner's, and a whole school may share an internet address. */
  wasUsed(link: Asked): Promise<void>;
}

/**
 * Counts mails with links, first by who asks for which address, so that a stranger who asks for somebody's links takes few of the owner's
 * tries; only those that nobody used. However many ask for an address, it can always have one link that works, so that nobody is shut out.
 * A browser in which the login was used before has its own limit, as for passwords.
 */
export function limitAsking({ config, now }: Pick<Deps, 'config' | 'now'>): AskingLimits {
  const ofDevice = rateLimit('entry-device', 6, HOUR);
  const ofOne = rateLimit('entry-one', 6, HOUR);
  const ofEmail = rateLimit('entry-email', 20, HOUR);
  const ofSender = rateLimit('entry-sender', 1000, HOUR);
  const giveBack = async ({ email, sender, device }: Asked): Promise<void> => {
    if (device) await ofDevice.giveBack(device);
    else if (email && sender) {
      const one = `${email} ${sender}`;
      await Promise.all([ofSender.giveBack(sender), ofOne.giveBack(one), ofEmail.giveBack(email)]);
    }
  };
  return {
    async take(req, email, at) {
      const user = claimsDevice(config, req) ? await findUserByEmail(email) : null;
      const device = findDevice(config, req, user);
      if (device) {
        await ofDevice.take(device);
        return { device, isFull: false, giveBack: () => giveBack({ device }) };
      }
      const sender = senderOf(req);
      await takeAll([
        [ofSender, sender],
        [ofOne, `${email} ${sender}`],
      ]);
      const refusal = await refusalOf(() => ofEmail.take(email));
      const asked = { email, sender };
      if (refusal && at && (await hasLiveEntry(email, at.event, now()))) {
        await giveBack(asked);
        throw refusal;
      }
      return { isFull: refusal !== undefined, giveBack: () => giveBack(asked) };
    },
    wasUsed: giveBack,
  };
}
