import type { FileFormat } from '../models/account.js';
import { readRosterFiles, type UploadedFile } from '../roster-files/formats/read-roster-files.js';
import type { FilesRead, KnownRoster } from '../roster-files/records/roster-files.js';
import type { ListName } from '../sources/records/lists.js';
import { KeptObjects, type Piece } from './keep-objects.js';

/** What is to be read. */
export interface ReadingOrder {
  files: UploadedFile[];
  format: FileFormat;
  /** The account's date, YYYY-MM-DD. */
  today: string;
}

/** What a reading is compared with, and where it puts its results; pieces come one after the other. */
export interface ReadingPlace {
  known: KnownRoster;
  keep(piece: Piece): Promise<void>;
  /** Called with the bytes read so far and their total; if it throws, the reading ends. */
  onRead(bytes: number, total: number): void;
}

export interface PiecesRead extends FilesRead {
  /** Ids to be removed, by list. */
  removals: Partial<Record<ListName, number>>;
}

/** Reads the files of an upload. If the result is not `ok`, the pieces kept so far must be thrown away. */
export async function readPieces(
  { files, format, today }: ReadingOrder,
  place: ReadingPlace,
): Promise<PiecesRead> {
  const sink = new KeptObjects((piece) => place.keep(piece));
  const onRead = (bytes: number, total: number): void => place.onRead(bytes, total);
  const read = await readRosterFiles(files, format, sink, place.known, today, onRead);
  if (read.ok) await sink.end();
  return { ...read, removals: sink.removals };
}
