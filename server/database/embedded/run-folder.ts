import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readlinkSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The engine's files outside the data folder, as Unix socket paths may be no longer than about 100 bytes. */
export interface RunFolder {
  path: string;
  /** Symlink to the engine's current socket; the same after restarts of the engine. */
  socket: string;
  /** The socket to which every app process stays connected while it needs the engine. */
  control: string;
}

/** Leaves room for what the engine's package adds: `/embedded-mongodb-XXXXXX/mongodb.sock`. */
const LONGEST_BASE = 50;

/**
 * Finds or makes the private folder (0700) through which processes reach the engine of a data folder.
 *
 * Its name is made from the data folder's real path. As the temporary folder may differ between the processes of one user, the first
 * process notes the folder's place in the data folder.
 *
 * @throws if the folder belongs to somebody else
 */
export function openRunFolder(dataDir: string): RunFolder {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (lstatSync(realpathSync(dataDir)).uid === process.getuid?.()) chmodSync(dataDir, 0o700);

  const owner = `${process.getuid?.()}:${realpathSync(dataDir)}`;
  const name = `sb-${createHash('sha256').update(owner).digest('hex').slice(0, 12)}`;
  const folder = notedFolder(path.join(dataDir, 'engine'), name);
  return { path: folder, socket: path.join(folder, 'db.sock'), control: path.join(folder, 'control.sock') };
}

function notedFolder(note: string, name: string): string {
  const noted = readNote(note);
  // A copied or moved data folder contains the note of another one, which has another name.
  if (noted !== undefined && path.basename(noted) === name && makePrivate(noted)) return noted;

  const base = os.tmpdir().length <= LONGEST_BASE ? os.tmpdir() : '/tmp';
  const folder = path.join(base, name);
  if (!makePrivate(folder)) throw new Error(`The folder ${folder} is in the way: it is not this user's own`);
  if (noted !== undefined) rmSync(note, { force: true });
  try {
    symlinkSync(folder, note);
  } catch {
    // Another starter noted it at the same moment.
    return readNote(note) ?? folder;
  }
  return folder;
}

function readNote(note: string): string | undefined {
  try {
    return readlinkSync(note);
  } catch {
    return undefined;
  }
}

/** Anybody may write to temporary folders, so a folder that somebody else made must not be trusted. */
function makePrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // The folder exists, or cannot be made.
  }
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory() || found.uid !== process.getuid?.()) return false;
  chmodSync(folder, 0o700);
  return true;
}
