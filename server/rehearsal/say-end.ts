import type { Rehearsal, RehearsalEnd, RehearsalState } from '../models/rehearsal.js';
import { LIMIT_MS } from './policy.js';

/** A rehearsal's state, as a symbol and a word. */
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
  opened: 'It was stopped because families began to book in one of your events.',
  sync: 'It was stopped because a roster sync began.',
  event: 'It was stopped because the event was archived or deleted.',
  time: `It was stopped after ${LIMIT_MS / 60_000} minutes.`,
  worker: 'Slotbell was restarted meanwhile. Start the rehearsal again.',
  process: 'The copy of Slotbell that it runs in ended. Start the rehearsal again.',
  memory: 'It needed more memory than it may have. Rehearse with fewer families.',
  database: 'The database stopped answering. Start the rehearsal again.',
  'no right':
    'Slotbell’s database user may not make a second database, which the copy of the event needs. Whoever hosts Slotbell can allow it: give the user in MONGODB_URI the role readWriteAnyDatabase.',
  fault: 'Something went wrong in Slotbell. Whoever hosts it finds the reason in the log.',
};

/** How it ended, in a sentence; '' while it goes on or where there is nothing to say. */
export function sayEnd({ state, why }: Pick<Rehearsal, 'state' | 'why'>): string {
  if (state === 'done') return 'All families came.';
  if (!why) return '';
  return state === 'stopped' ? `${ENDS[why]} What it measured by then is below.` : ENDS[why];
}
