import type { Rehearsal, RehearsalEnd, RehearsalState } from '../models/rehearsal.js';
import { countOf } from '../web/format-count.js';
import { LIMIT_MS } from './policy.js';

/** A rehearsal's state, as the symbol and word of a page. */
export function statusOf({ state }: Pick<Rehearsal, 'state'>) {
  const words: Record<RehearsalState, { kind: 'off' | 'busy' | 'ok' | 'notice' | 'danger'; word: string }> = {
    waiting: { kind: 'off', word: 'Waiting' },
    running: { kind: 'busy', word: 'Running' },
    done: { kind: 'ok', word: 'Done' },
    stopped: { kind: 'notice', word: 'Stopped' },
    'broken off': { kind: 'danger', word: 'Broken off' },
  };
  return words[state];
}

const ENDS: Record<RehearsalEnd, string> = {
  asked: 'Somebody stopped it.',
  opened: 'It was stopped because families began to book.',
  'opens soon': 'It was stopped because an event on this server opens soon.',
  sync: 'It was stopped because a roster sync began.',
  event: 'It was stopped because the event was archived or deleted.',
  time: `It was stopped after ${LIMIT_MS / 60_000} minutes.`,
  worker: 'Slotbell was restarted in the meantime. Start the rehearsal again.',
  process: 'The copy of Slotbell that it runs in ended. Start the rehearsal again.',
  memory: 'It needed more memory than it may have. Rehearse with fewer families.',
  killed: 'This server ended it, perhaps because memory ran out. Rehearse with fewer families.',
  database: 'The database stopped answering. Start the rehearsal again.',
  'no right':
    'Slotbell’s database user may not make a second database, which the copy of the event needs. Whoever hosts Slotbell can allow it: give the user in MONGODB_URI the role readWriteAnyDatabase.',
  fault: 'Something went wrong in Slotbell. Whoever hosts it finds the reason in the log.',
};

/** How it ended, in a sentence; '' while it runs, or if there is nothing to say. */
export function sayEnd({ state, why, outcome }: Pick<Rehearsal, 'state' | 'why' | 'outcome'>): string {
  if (state === 'done') {
    const { failed = 0 } = outcome ?? {};
    return failed === 0
      ? 'All families came.'
      : `All families came, but ${countOf(failed, 'family', 'families')} couldn’t finish because a page failed.`;
  }
  if (!why) return '';
  if (state !== 'stopped') return ENDS[why];
  return `${ENDS[why]} ${outcome ? 'What it measured by then is below.' : 'No family had come yet.'}`;
}
