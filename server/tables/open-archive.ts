import { pipeline, Transform, type Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { FileRefused, wholeFile } from './problem-list.js';
import { LIMITS } from './reading.js';
import type { FileSource } from './file-source.js';
import type { Fault } from './say-file-problem.js';

const MOST_ENTRIES = 1000;

/** An open zip and its files. */
export interface Archive {
  sources: FileSource[];
  close(): void;
}

/**
 * Opens a zip to read its files in place: nothing is unpacked to disk, and no path in it is used. Folders are searched; the sizes that the
 * zip claims are checked here and enforced while inflating (yauzl ends a file that is larger than it claims).
 * @param file its path; @param name what the person called it
 * @throws FileRefused if it is not a zip, is protected by a password, or is too large
 */
export async function openArchive(file: string, name: string): Promise<Archive> {
  let zip: ZipFile | undefined;
  try {
    zip = await yauzl.openPromise(file, { autoClose: false });
    return { sources: await sourcesOf(zip, name), close: () => zip?.close() };
  } catch (error) {
    zip?.close();
    if (error instanceof FileRefused) throw error;
    throw refused(name, { code: 'zip unreadable' });
  }
}

async function sourcesOf(zip: ZipFile, name: string): Promise<FileSource[]> {
  if (zip.entryCount > MOST_ENTRIES) throw refused(name, { code: 'zip of many files', most: MOST_ENTRIES });
  const sources: FileSource[] = [];
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const base = baseOf(entry.fileName);
    // Skips folders, and the files that macOS adds beside each file.
    if (base === '' || base.startsWith('._') || !/\.(csv|txt|tsv|tab)$/i.test(base)) continue;
    if (entry.isEncrypted()) throw refused(name, { code: 'zip with a password' });
    bytes += entry.uncompressedSize;
    if (bytes > LIMITS.bytes) throw refused(name, { code: 'zip too large', most: LIMITS.bytes });
    sources.push(sourceOf(zip, entry, base));
  }
  return sources;
}

function sourceOf(zip: ZipFile, entry: Entry, name: string): FileSource {
  return {
    name,
    bytes: entry.uncompressedSize,
    async open() {
      try {
        return checked(await zip.openReadStreamPromise(entry), entry, name);
      } catch (error) {
        throw faultOf(error, name);
      }
    },
  };
}

/** The bytes of an entry. Its checksum, which yauzl ignores, is compared at the end. */
function checked(bytes: Readable, { crc32: packed, uncompressedSize }: Entry, name: string): Readable {
  let sum = 0;
  let count = 0;
  const check = new Transform({
    transform(part: Buffer, _encoding, done) {
      sum = crc32(part, sum);
      count += part.length;
      const isWrong = count === uncompressedSize && sum !== packed;
      done(isWrong ? damaged(name) : null, part);
    },
  });
  // Runs before the pipeline passes the error on unchanged.
  bytes.once('error', (error) => check.destroy(faultOf(error, name)));
  return pipeline(bytes, check, () => undefined);
}

/** Why a file could not be inflated: damage becomes a refusal; a fault of Slotbell's own stays as it is. */
function faultOf(error: unknown, name: string): Error {
  return isDamage(error) ? damaged(name) : (error as Error);
}

/** Damage appears while inflating: zlib's own codes, or what yauzl says of sizes and places. */
function isDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as NodeJS.ErrnoException;
  return (
    code.startsWith('Z_') ||
    /too (many|few) bytes|not enough bytes|overflows file bounds|invalid (local file|compressed)|unsupported compression|EOF/i.test(
      error.message,
    )
  );
}

function damaged(name: string): FileRefused {
  return refused(name, { code: 'zip damaged' });
}

/** The name without its folders, with either slash. */
export function baseOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? '';
}

function refused(file: string, fault: Fault): FileRefused {
  return new FileRefused(wholeFile(file, fault));
}
