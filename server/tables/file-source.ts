import type { Readable } from 'node:stream';

/** One file of an upload; its bytes can be read more than once. */
export interface FileSource {
  /** Its own name, without a folder; the uploader chose it. */
  name: string;
  /** Its unzipped size, as the zip claims it. */
  bytes: number;
  open(): Promise<Readable>;
}
