import type { Types } from 'mongoose';
import { UploadChunk, type ChunkPart } from '../../models/upload-chunk.js';
import type { ListName } from '../records/lists.js';

/** The lists of an upload, read as a refresh reads its downloads (`Spool`): in batches, from any host. */
export class UploadSpool {
  constructor(
    private readonly account: Types.ObjectId,
    private readonly upload: Types.ObjectId,
  ) {}

  /** The list's objects in batches of at most 500; nothing if there are none. */
  async *read<T>(list: ListName): AsyncGenerator<T[], void, undefined> {
    for await (const objects of this.#chunks(list, 'objects')) yield objects as T[];
  }

  /** Record ids in batches: `removed` ones are gone, `left out` ones are neither taken nor gone. */
  async *ids(list: ListName, part: 'removed' | 'left out'): AsyncGenerator<string[], void, undefined> {
    for await (const objects of this.#chunks(list, part)) yield objects as string[];
  }

  async *#chunks(list: ListName, part: ChunkPart): AsyncGenerator<unknown[], void, undefined> {
    const chunks = UploadChunk.find({ upload: this.upload, account: this.account, list, part })
      .sort({ n: 1 })
      .lean()
      .cursor({ batchSize: 4 });
    for await (const { objects } of chunks) yield objects;
  }
}
