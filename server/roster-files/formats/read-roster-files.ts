import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileFormat } from '../../models/account.js';
import { FORMATS } from './formats.js';
import type { TableFormat } from '../../tables/table-format.js';
import { isText, matchTables, strangerProblem } from '../../tables/match-tables.js';
import { baseOf, openArchive, type Archive } from '../../tables/open-archive.js';
import { FileRefused, ProblemList, wholeFile } from '../../tables/problem-list.js';
import { readCleverFiles } from '../clever/read-clever-files.js';
import { readOneRoster } from '../oneroster/read-oneroster.js';
import { readPickatime } from '../pickatime/read-pickatime.js';
import { Reading } from '../../tables/reading.js';
import { NOTHING_KNOWN, type FilesRead, type KnownRoster, type RosterSink } from '../records/roster-files.js';
import type { FileSource } from '../../tables/file-source.js';

/** An uploaded file: its path, and the name that its owner gave it, which is not trusted. */
export interface UploadedFile {
  path: string;
  name: string;
}

const READERS = { pickatime: readPickatime, 'clever-csv': readCleverFiles, oneroster: readOneRoster };

/**
 * Reads roster files of one format (loose ones, or one zip) into objects of Clever's shape. Rows that cannot be used are left out and
 * reported with file, line, field and advice. A missing file or column, or an unreadable file, makes the whole upload unusable (`ok:
 * false`): discard what the sink has received.
 * @param known looks up what the account has from before
 * @param onRead receives the number of bytes read and their total; if it throws, the reading ends
 * @param today the account's date, YYYY-MM-DD: an enrollment that is over does not count
 */
export async function readRosterFiles(
  files: readonly UploadedFile[],
  format: FileFormat,
  sink: RosterSink,
  known: KnownRoster = NOTHING_KNOWN,
  today = new Date().toISOString().slice(0, 10),
  onRead: (bytes: number, total: number) => void = () => undefined,
): Promise<FilesRead> {
  const problems = new ProblemList();
  const read: FilesRead = {
    ok: false,
    files: [],
    counts: {},
    expected: [],
    complete: {},
    problems: problems.listed,
    more: 0,
  };
  let archive: Archive | undefined;
  let reading: Reading | undefined;
  try {
    archive = await openFiles(files);
    const tables: Readonly<Record<string, TableFormat>> = FORMATS[format].tables;
    const { matched, strangers } = matchTables(tables, archive.sources);
    if (matched.size === 0) {
      for (const each of strangers.filter((source) => !isText(source)))
        problems.add(strangerProblem(each, tables));
      throw nothingFound(files, tables);
    }
    reading = new Reading(tables, matched, strangers, problems, onRead);
    Object.assign(read, await READERS[format](reading, sink, known, today));
    reading.tellNotes();
    read.ok = !problems.fatal;
  } catch (error) {
    // A fault of Slotbell's own is thrown on.
    if (!(error instanceof FileRefused)) throw error;
    reading?.tellNotes();
    problems.addFatal(error.problem);
  } finally {
    archive?.close();
  }
  return { ...read, files: [...(reading?.files.values() ?? [])], more: problems.more };
}

async function openFiles(files: readonly UploadedFile[]): Promise<Archive> {
  const zips = files.filter(({ name }) => /\.zip$/i.test(name));
  const [zip] = zips;
  if (zip && files.length > 1)
    throw new FileRefused(wholeFile(shortName(zip.name), { code: 'zip beside files' }));
  if (zip) return openArchive(zip.path, shortName(zip.name));
  const sources: FileSource[] = [];
  for (const { path, name } of files)
    sources.push({
      name: shortName(name),
      bytes: (await stat(path)).size,
      open: () => Promise.resolve(createReadStream(path)),
    });
  return { sources, close: () => undefined };
}

/** A file's name as pages may show it. */
function shortName(name: string): string {
  return baseOf(name.replace(/[\p{Cc}\p{Cf}]/gu, '')).slice(-100);
}

function nothingFound(
  files: readonly UploadedFile[],
  tables: Readonly<Record<string, TableFormat>>,
): FileRefused {
  const names = Object.values(tables).map(({ name }) => name);
  return new FileRefused(wholeFile(shortName(files[0]?.name ?? ''), { code: 'no known name', names }));
}
