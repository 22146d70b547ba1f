import type { KnownRoster, StoredGuardian, StoredRecord } from '../roster-files/records/roster-files.js';
import type { IdKind } from '../roster-files/records/record-id.js';
import type { ListName } from '../sources/records/lists.js';
import type { Piece } from './keep-objects.js';
import type { PiecesRead, ReadingOrder } from './read-pieces.js';

/** What the process that reads an upload may ask of the one that started it, with the answers. */
export interface Questions {
  order: (about: undefined) => Promise<ReadingOrder>;
  keep: (piece: Piece) => Promise<void>;
  ids: (about: { list: ListName; ids: string[] }) => Promise<Set<string>>;
  /** The next batch of records. @returns undefined after the last one */
  records: (about: { list: ListName; kind: IdKind; cursor: number }) => Promise<StoredRecord[] | undefined>;
  guardians: (students: string[]) => Promise<StoredGuardian[]>;
}

/** The messages of the reading process: its progress, a question with its number, and finally what it has read, or what went wrong. */
export type FromReader =
  | { tells: 'progress'; bytes: number; total: number }
  | { tells: 'question'; n: number; about: keyof Questions; value: unknown }
  | { tells: 'read'; read: PiecesRead }
  | { tells: 'fault'; stack: string };

export interface Answer {
  n: number;
  value: unknown;
}

/** Sends to the process that started this one. @param then is called once it is on its way */
export function tellParent(message: FromReader, then: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, then);
}

const waiting = new Map<number, (value: unknown) => void>();
let asked = 0;

/** Asks the process that started this one, which ends this one where it cannot answer. */
export function askParent<Q extends keyof Questions>(
  about: Q,
  value: Parameters<Questions[Q]>[0],
): ReturnType<Questions[Q]> {
  asked += 1;
  const n = asked;
  const answer = new Promise<unknown>((resolve) => waiting.set(n, resolve));
  tellParent({ tells: 'question', n, about, value });
  return answer as ReturnType<Questions[Q]>;
}

/** Takes an answer of the process that started this one. */
export function takeAnswer({ n, value }: Answer): void {
  waiting.get(n)?.(value);
  waiting.delete(n);
}

let cursors = 0;

/** What the account has from before, as the process that started this one knows it. */
export const KNOWN_TO_PARENT: KnownRoster = {
  ids: (list, ids) => askParent('ids', { list, ids }),
  guardians: (students) => askParent('guardians', students),

  async *records(list, kind) {
    cursors += 1;
    const about = { list, kind, cursor: cursors };
    for (let batch = await askParent('records', about); batch; batch = await askParent('records', about))
      yield batch;
  },
};
