import type { Readable } from 'node:stream';

/** One file of an upload; its bytes can be read more than once. */
export interface FileSource {
  /** Its own name, without a folder; chosen by whoever made the file. */
  name: string;
  /** Its size, unzipped, as a zip claims it. */
  bytes: number;
  open(): Promise<Readable>;
}
