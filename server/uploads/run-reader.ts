import { performance } from 'node:perf_hooks';
import { goFirst } from '../fork-bounded.js';
import { askParent, KNOWN_TO_PARENT, takeAnswer, tellParent, type Answer } from './take-answer.js';
import { readPieces } from './read-pieces.js';

/**
 * A process that reads one upload and ends. It has neither the database nor settings: it asks the process that started it (`readInChild`).
 * It may be killed at any moment.
 */
const TELL_MS = 100;

let bytes = 0;
let toldAt = 0;

function tellProgress(read: number, total: number): void {
  bytes += read;
  if (performance.now() - toldAt < TELL_MS) return;
  tellParent({ tells: 'progress', bytes, total });
  bytes = 0;
  toldAt = performance.now();
}

async function readOrdered(): Promise<void> {
  const order = await askParent('order', undefined);
  const place = {
    known: KNOWN_TO_PARENT,
    keep: (piece: Parameters<typeof askParent<'keep'>>[1]) => askParent('keep', piece),
    onRead: tellProgress,
  };
  const read = await readPieces(order, place);
  tellParent({ tells: 'read', read }, () => process.exit());
}

goFirst();
process.on('message', (answer: Answer) => takeAnswer(answer));
process.on('disconnect', () => process.exit());
// The process that started it decides when it ends, even if the terminal or the system signals all processes at once.
process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
readOrdered().catch((error: unknown) => {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tellParent({ tells: 'fault', stack }, () => process.exit(1));
});
