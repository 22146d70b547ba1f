import type { CleverObject, CleverSection, CleverUser } from '../clever/schema.js';
import type { ChunkPart } from '../models/upload-chunk.js';
import type { ListName } from '../sources/records/lists.js';
import { FileRefused, wholeFile } from '../tables/problem-list.js';
import { LIMITS } from '../tables/reading.js';
import type { FromFile, RosterSink } from '../roster-files/records/roster-files.js';

const MOST = 500;
const LARGEST = 1_000_000;
/** A document of the database holds 16 MB; its form there may be larger than JSON. */
const LARGEST_OBJECT = 8_000_000;
/** More people than one upload may hold stand in no list. */
const MOST_PEOPLE = LIMITS.records;

/** What is kept of an upload in one document of the database: the n-th piece of one list. */
export interface Piece {
  list: ListName;
  part: ChunkPart;
  n: number;
  objects: unknown[];
}

interface Waiting extends Piece {
  bytes: number;
}

/** Hands over what a reader makes of an upload, in pieces of at most 500 objects and about 1 MB. */
export class KeptObjects implements RosterSink {
  /** Ids to be removed, by list. */
  readonly removals: Partial<Record<ListName, number>> = {};
  readonly #waiting = new Map<string, Waiting>();

  constructor(private readonly keep: (piece: Piece) => Promise<void>) {}

  /** @throws FileRefused for an object that no document can hold: a class of a hundred thousand students */
  async write(list: ListName, objects: readonly FromFile<CleverObject>[]): Promise<void> {
    await this.#add(list, 'objects', objects);
  }

  async remove(list: ListName, ids: readonly string[]): Promise<void> {
    this.removals[list] = (this.removals[list] ?? 0) + ids.length;
    await this.#add(list, 'removed', ids);
  }

  async leaveOut(list: ListName, ids: readonly string[]): Promise<void> {
    await this.#add(list, 'left out', ids);
  }

  /** Hands over what still waits; once, at the end. */
  async end(): Promise<void> {
    for (const waiting of this.#waiting.values()) await this.#flush(waiting);
  }

  async #add(list: ListName, part: ChunkPart, entries: readonly unknown[]): Promise<void> {
    const key = `${list}|${part}`;
    const waiting = this.#waiting.get(key) ?? { list, part, objects: [], bytes: 0, n: 0 };
    this.#waiting.set(key, waiting);
    for (const entry of entries) {
      const bytes = lengthOf(entry);
      if (bytes > LARGEST_OBJECT) throw tooLarge(entry);
      if (waiting.objects.length === MOST || waiting.bytes + bytes > LARGEST) await this.#flush(waiting);
      waiting.objects.push(entry);
      waiting.bytes += bytes;
    }
  }

  async #flush(waiting: Waiting): Promise<void> {
    const { list, part, n, objects } = waiting;
    if (objects.length === 0) return;
    await this.keep({ list, part, n, objects });
    Object.assign(waiting, { objects: [], bytes: 0, n: n + 1 });
  }
}

/** How long an object is as JSON. Far too long a list of people is not made JSON first, which would hold up everybody else. */
function lengthOf(entry: unknown): number {
  const { students, slotbell, roles } = entry as FromFile<CleverSection & CleverUser>;
  const lists = [students, slotbell?.tiesChange?.without, roles?.contact?.student_relationships];
  if (lists.some((list) => (list?.length ?? 0) > MOST_PEOPLE)) return Infinity;
  return JSON.stringify(entry).length;
}

function tooLarge(entry: unknown): FileRefused {
  const { id = '' } = entry as { id?: string };
  return new FileRefused(wholeFile('', { code: 'id in too many rows', cell: id.slice(id.indexOf(':') + 1) }));
}
