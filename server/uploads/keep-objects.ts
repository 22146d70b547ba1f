import { Types } from 'mongoose';
import type { CleverObject, CleverSection, CleverUser } from '../clever/schema.js';
import { UploadChunk, type ChunkPart } from '../models/upload-chunk.js';
import type { ListName } from '../sources/records/lists.js';
import { FileRefused, wholeFile } from '../tables/problem-list.js';
import { LIMITS } from '../tables/reading.js';
import type { FromFile, RosterSink } from '../roster-files/records/roster-files.js';

const MOST = 500;
const LARGEST = 1_000_000;
/** The largest object in JSON, as a database document holds 16 MB and may be larger than its JSON. */
const LARGEST_OBJECT = 8_000_000;
/** A list of people longer than an upload's limit is refused. */
const MOST_PEOPLE = LIMITS.records;

interface Waiting {
  objects: unknown[];
  bytes: number;
  n: number;
}

/** Stores what a reader makes of an upload in the database, in pieces of at most 500 objects and about 1 MB. */
export class KeptObjects implements RosterSink {
  /** How many ids are to be removed, by list. */
  readonly removals: Partial<Record<ListName, number>> = {};
  readonly #waiting = new Map<string, Waiting>();

  constructor(
    private readonly of: { account: Types.ObjectId; upload: Types.ObjectId; expiresAt: Date },
    /** Called before each piece is written. */
    private readonly onKeep: (count: number) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** @throws FileRefused if an object is too large for a document: a class of a hundred thousand students */
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

  /** Writes what still waits; called once, at the end. */
  async end(): Promise<void> {
    for (const [key, waiting] of this.#waiting) await this.#flush(key, waiting);
  }

  async #add(list: ListName, part: ChunkPart, entries: readonly unknown[]): Promise<void> {
    const key = `${list}|${part}`;
    const waiting = this.#waiting.get(key) ?? { objects: [], bytes: 0, n: 0 };
    this.#waiting.set(key, waiting);
    for (const entry of entries) {
      const bytes = lengthOf(entry);
      if (bytes > LARGEST_OBJECT) throw tooLarge(entry);
      if (waiting.objects.length === MOST || waiting.bytes + bytes > LARGEST) await this.#flush(key, waiting);
      waiting.objects.push(entry);
      waiting.bytes += bytes;
    }
  }

  async #flush(key: string, waiting: Waiting): Promise<void> {
    if (waiting.objects.length === 0) return;
    const [list = '', part = ''] = key.split('|');
    const chunk = { ...this.of, list, part: part as ChunkPart, n: waiting.n, objects: waiting.objects };
    await this.onKeep(waiting.objects.length);
    // Written without Mongoose, which would copy every record again and block the process meanwhile.
    await UploadChunk.collection.insertOne({ _id: new Types.ObjectId(), ...chunk });
    Object.assign(waiting, { objects: [], bytes: 0, n: waiting.n + 1 });
  }
}

/** The length of an object in JSON. A list of people that is far too long is not converted first, as that would block the process. */
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
