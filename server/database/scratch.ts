import mongoose, { type Types } from 'mongoose';
import { connectedAddress } from './connect.js';

/** MongoDB's codes for a user who may not: `Unauthorized`, and Atlas' own. */
const NO_RIGHT = [13, 8000];
/** Hosts of MongoDB take names of so many bytes at most. */
const LONGEST_NAME = 38;

/** A database beside the app's, on the same engine, that is dropped after its use. */
export interface Scratch {
  name: string;
  /** Its address for another process; may contain a password. */
  uri: string;
  /** For writing into it from this process. */
  db: mongoose.mongo.Db;
}

/** The scratch database of a record. It is made by the first write to it. @param id of the record that it belongs to */
export function scratchOf(id: Types.ObjectId): Scratch {
  const name = nameOf(id);
  return { name, uri: addressOf(name), db: mongoose.connection.getClient().db(name) };
}

/**
 * Drops the scratch databases that dead processes left.
 * @param open the records that still need theirs, read after the databases were listed: a record is there before its database
 * @returns how many
 */
export async function dropLeft(open: () => Promise<Types.ObjectId[]>): Promise<number> {
  const client = mongoose.connection.getClient();
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  const start = nameStart();
  const found = databases
    .map(({ name }) => name)
    .filter((name) => name.startsWith(start) && /^[0-9a-f]{10}$/.test(name.slice(start.length)));
  if (found.length === 0) return 0;
  const kept = new Set((await open()).map(nameOf));
  const left = found.filter((name) => !kept.has(name));
  for (const name of left) await client.db(name).dropDatabase();
  return left.length;
}

/** Whether the database refused something as its user may not do that, or takes no name like that. */
export function lacksRight(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'number' && NO_RIGHT.includes(code);
}

/** The last ten digits of an id are those that tell apart what is made by many processes at once. */
const nameOf = (id: Types.ObjectId): string => `${nameStart()}${id.toHexString().slice(-10)}`;

function nameStart(): string {
  const own = mongoose.connection.name;
  return `${own.slice(0, LONGEST_NAME - '_rehearse_'.length - 10)}_rehearse_`;
}

/** The address of another database at the same place. */
function addressOf(name: string): string {
  const own = connectedAddress();
  const [, start = '', query = ''] = /^([^/]+\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(own) ?? [];
  return `${start}/${name}${withAuthSource(own, query)}`;
}

/** Who logs in to the database that the address names would log in to the scratch one otherwise. */
function withAuthSource(own: string, query: string): string {
  const named = /^[^/]+\/\/[^/?]+\/([^?]+)/.exec(own)?.[1];
  const hasLogin = /^[^/]+\/\/[^/@]+@/.test(own);
  if (!hasLogin || !named || /[?&]authSource=/i.test(query)) return query;
  return `${query || '?'}${query ? '&' : ''}authSource=${named}`;
}
