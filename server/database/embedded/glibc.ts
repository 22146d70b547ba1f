import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

// Section types of the generic ABI and the GNU symbol versioning extension (LSB 3.1, chapter 10.7).
const DYNSYM = 11;
const GNU_VERNEED = 0x6ffffffe;
const GNU_VERSYM = 0x6fffffff;

const WEAK = 2;
const TOO_NEW = 'GLIBC_2.38';
const RENAMED = '__isoc23_';
/** Raised when what this file writes changes, so that older copies are not used. */
const REVISION = 1;

interface Section {
  type: number;
  offset: number;
  size: number;
  link: number;
}

/**
 * Makes the engine's two files loadable under glibc 2.36 and 2.37, in copies; the published files stay as they are.
 *
 * They need glibc 2.38 only for `fmod` and six `__isoc23_` number parsers, and the engine works with the older functions. The copies lie
 * side by side (one loads the other from its own folder) in the first writable folder of `caches`. They are made once for each version, and
 * appear complete or not at all, so that any number of processes may start at once.
 *
 * @param library the published `.node` file
 * @param version of the package it came with
 * @param caches folders for the copies, best first
 * @returns the copied `.node` file
 * @throws the last folder's error if none can be written
 */
export function loadableCopy(library: string, version: string, caches: readonly string[]): string {
  const published = path.dirname(library);
  const name = `embedded-mongodb-${version}-${process.arch}-glibc-r${REVISION}`;
  let failure: unknown;
  for (const cache of caches) {
    const copy = path.join(cache, name);
    try {
      if (!complete(published, copy)) makeCopy(published, copy);
      return path.join(copy, path.basename(library));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** A patched file is as long as its original, so an incomplete copy (a full disk, a power cut) is recognized by its length. */
function complete(published: string, copy: string): boolean {
  return libraries(published).every((file) => {
    const made = statSync(path.join(copy, file), { throwIfNoEntry: false });
    return made?.size === statSync(path.join(published, file)).size;
  });
}

function libraries(folder: string): string[] {
  return readdirSync(folder).filter((file) => /\.(node|so)$/.test(file));
}

function makeCopy(published: string, copy: string): void {
  const draft = `${copy}.${process.pid}-${randomBytes(4).toString('hex')}`;
  mkdirSync(draft, { recursive: true });
  try {
    for (const file of libraries(published)) {
      const bytes = readFileSync(path.join(published, file));
      writeFileSync(path.join(draft, file), withoutGlibc238(bytes), { flush: true });
    }
    // Renaming onto a folder that has files fails: either another starter was faster, or the folder is a broken copy.
    if (existsSync(copy) && !complete(published, copy)) rmSync(copy, { recursive: true, force: true });
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!complete(published, copy)) throw error;
  }
}

/**
 * Replaces every need for glibc 2.38 in an ELF64 little-endian library by the oldest version of the same symbol.
 *
 * @returns the same buffer, changed in place
 * @throws if the file has such a need but not the expected structure
 */
function withoutGlibc238(elf: Buffer): Buffer {
  const sections = readSections(elf);
  const needs = sections.find((section) => section.type === GNU_VERNEED);
  const symbols = sections.find((section) => section.type === DYNSYM);
  const versions = sections.find((section) => section.type === GNU_VERSYM);
  const strings = sections[symbols?.link ?? -1];
  if (!needs || !symbols || !versions || !strings)
    throw new Error('The engine library is not a dynamic ELF file');

  const replaced = weakenNeeds(elf, needs, strings.offset);
  for (let index = 0; index < symbols.size / 24; index += 1) {
    const at = versions.offset + index * 2;
    const older = replaced.get(elf.readUInt16LE(at) & 0x7fff);
    if (older === undefined) continue;
    elf.writeUInt16LE(older, at);
    const symbol = symbols.offset + index * 24;
    const name = elf.readUInt32LE(symbol);
    // `__isoc23_strtol` ends with `strtol`, so the old name is a later start in the same text.
    if (text(elf, strings.offset + name).startsWith(RENAMED))
      elf.writeUInt32LE(name + RENAMED.length, symbol);
  }
  return elf;
}

function readSections(elf: Buffer): Section[] {
  const start = Number(elf.readBigUInt64LE(0x28));
  const size = elf.readUInt16LE(0x3a);
  return Array.from({ length: elf.readUInt16LE(0x3c) }, (_, index) => {
    const at = start + index * size;
    return {
      type: elf.readUInt32LE(at + 4),
      offset: Number(elf.readBigUInt64LE(at + 24)),
      size: Number(elf.readBigUInt64LE(at + 32)),
      link: elf.readUInt32LE(at + 40),
    };
  });
}

/**
 * Marks each need for the newer version as weak: the loader then ignores it.
 *
 * @returns the version index of each, with that of the oldest version of the same library
 */
function weakenNeeds(elf: Buffer, needs: Section, strings: number): Map<number, number> {
  const oldest = process.arch === 'arm64' ? 'GLIBC_2.17' : 'GLIBC_2.2.5';
  const replaced = new Map<number, number>();
  for (let need = needs.offset, next = 1; next !== 0; need += next) {
    next = elf.readUInt32LE(need + 12);
    const indexes = new Map<string, number>();
    for (let entry = need + elf.readUInt32LE(need + 8), step = 1; step !== 0; entry += step) {
      step = elf.readUInt32LE(entry + 12);
      const version = text(elf, strings + elf.readUInt32LE(entry + 8));
      indexes.set(version, elf.readUInt16LE(entry + 6));
      if (version === TOO_NEW) elf.writeUInt16LE(elf.readUInt16LE(entry + 4) | WEAK, entry + 4);
    }
    const tooNew = indexes.get(TOO_NEW);
    if (tooNew === undefined) continue;
    const older = indexes.get(oldest);
    if (older === undefined) throw new Error(`The engine library has no ${oldest} to fall back on`);
    replaced.set(tooNew, older);
  }
  return replaced;
}

function text(elf: Buffer, at: number): string {
  return elf.toString('latin1', at, elf.indexOf(0, at));
}
