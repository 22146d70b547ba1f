import type { Request } from 'express';
import { takeAll } from '../accounts/limit-logins.js';
import { rateLimit } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';

const HOUR = 3600;

export interface AskingLimits {
  /**
   * Counts a mail that is asked for.
   * @throws HttpError 429
   */
  take(req: Request, email: string): Promise<void>;
  /** Forgets one that was used: a whole school may share an internet address. */
  wasUsed(sender: string): Promise<void>;
}

/**
 * Counts mails with links, first by who asks for which address, so that a stranger who asks for somebody's links takes few of the owner's
 * tries; by internet address only those that nobody used.
 */
export function limitAsking(): AskingLimits {
  const ofOne = rateLimit('entry-one', 6, HOUR);
  const ofEmail = rateLimit('entry-email', 20, HOUR);
  const ofSender = rateLimit('entry-sender', 1000, HOUR);
  return {
    async take(req, email) {
      const sender = senderOf(req);
      await takeAll([
        [ofSender, sender],
        [ofOne, `${email} ${sender}`],
        [ofEmail, email],
      ]);
    },
    wasUsed: (sender) => ofSender.giveBack(sender),
  };
}
