import type { Deps } from '../../server/deps.js';
import { queueMail } from '../../server/notifications/queue-mail.js';

/** Mails to as many parents, each under a key of its own. */
export async function queueNews(deps: Deps, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await queueMail(deps, {
      kind: 'news',
      to: `parent${String(n)}@example.org`,
      subject: 'News',
      text: 'Hello.',
      key: String(n),
    });
}
