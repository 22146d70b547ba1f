import { createHash } from 'node:crypto';
import mongoose, { type Types } from 'mongoose';
import { connectedAddress } from './connect.js';

/** MongoDB's codes for a user who may not: `Unauthorized`, and Atlas' own. */
const NO_RIGHT = [13, 8000];
/** Hosts of MongoDB take names of so many bytes at most. */
const LONGEST_NAME = 38;
const MARK = '_rehearse_';
const HASH_LENGTH = 8;
const ID_LENGTH = 10;

/** A database beside the app's, on the same engine, that is dropped after its use. */
export interface Scratch {
  name: string;
  /**
   * The app's own address, for another process: who logs in where is part of it, so it is passed on as it is and `name` beside it. May
   * contain a password.
   */
  uri: string;
  /** For writing into it from this process. */
  db: mongoose.mongo.Db;
}

/** The scratch database of a record. It is made by the first write to it. @param id of the record that it belongs to */
export function scratchOf(id: Types.ObjectId): Scratch {
  const name = nameOf(id);
  return { name, uri: connectedAddress(), db: mongoose.connection.getClient().db(name) };
}

/**
 * Drops the scratch databases that dead processes left.
 * @param open the records that still need theirs, read after the databases were listed: a record is there before its database
 * @returns how many
 */
export async function dropLeft(open: () => Promise<Types.ObjectId[]>): Promise<number> {
  const client = mongoose.connection.getClient();
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  const start = nameStart(mongoose.connection.name);
  const found = databases
    .map(({ name }) => name)
    .filter((name) => name.startsWith(start) && /^[0-9a-f]{10}$/.test(name.slice(start.length)));
  if (found.length === 0) return 0;
  const kept = new Set((await open()).map(nameOf));
  const left = found.filter((name) => !kept.has(name));
  for (const name of left) await client.db(name).dropDatabase();
  return left.length;
}

/** Whether the database refused something as its user may not do that, or takes no name like that. Looks at the causes of an error, too. */
export function lacksRight(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'number' && NO_RIGHT.includes(code)) return true;
  return cause !== undefined && lacksRight(cause);
}

/** The last digits of an id are those that tell apart what is made by many processes at once. */
const nameOf = (id: Types.ObjectId): string =>
  `${nameStart(mongoose.connection.name)}${id.toHexString().slice(-ID_LENGTH)}`;

/**
 * What the scratch databases of an installation begin with. Several may share a host, under names that differ only at their end; each drops
 * what its own name begins, so a hash of the whole name is part of it.
 * @param own the name of the app's database
 */
export function nameStart(own: string): string {
  const hash = createHash('sha256').update(own).digest('hex').slice(0, HASH_LENGTH);
  const room = LONGEST_NAME - MARK.length - ID_LENGTH - HASH_LENGTH - 1;
  return `${own.slice(0, room)}_${hash}${MARK}`;
}
