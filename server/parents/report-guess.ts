import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { contactName, type Contact } from '../models/contact.js';
import { mailAdministrators } from '../notifications/mail-administrators.js';
import { countOf } from '../web/format-count.js';
import { dayOf } from '../web/local-time.js';
import type { Family } from './load-conference.js';

/** From this many wrong tries on the school is told, once for each child and day. */
const TOLD_FROM = 5;

/** Records who failed to prove which student, not what was typed. Many failures at one student are told to administrators. */
export async function reportGuess(
  deps: Deps,
  { account, event, actor }: Pick<Family, 'account' | 'event' | 'actor'>,
  guess: { students: Contact[]; fact: 'birth date' | 'code'; wrong: number },
): Promise<void> {
  const now = deps.now();
  await recordAudit({
    account: account._id,
    event: event._id,
    user: actor.user,
    action: 'try to add child',
    targets: guess.students.map(({ _id }) => _id),
    detail: { fact: guess.fact, wrong: guess.wrong },
    at: now,
  });
  if (guess.wrong < TOLD_FROM || guess.students.length === 0) return;
  for (const student of guess.students) {
    const id = student._id.toHexString();
    const name = contactName(student);
    await mailAdministrators(
      deps,
      account,
      {
        kind: 'child guessed at',
        subject: `Wrong tries to add ${name}`,
        text: `Somebody tried to add ${name} as their child with a wrong birth date or code: ${countOf(guess.wrong, 'try', 'tries')} so far. Nobody was added. After many wrong tries, each new try has to wait a little longer.\n\nIf a family calls because they can’t add ${name}, check the Student ID and the birth date or code that you have. If you suspect somebody is guessing, see who tried and who has added ${name}:\n${deps.config.publicUrl}/global-setup/contacts/${id}`,
        key: `guessed:${id}:${dayOf(now, account.timeZone)}`,
      },
      { proven: true },
    );
  }
}
