/**
 * What the import is measured against: the same pages asked for one after another with nothing but undici and JSON.parse, and
 * the documents that the import left written with nothing but the driver.
 */
import { performance } from 'node:perf_hooks';
import { MongoClient, type Db, type Document } from 'mongodb';
import { Agent, request } from 'undici';
import { LISTS, listsFor } from '../../server/sources/records/lists.js';
import { ROSTER } from './count-writes.js';
import type { ImporterTold } from './importer-process.js';
import { serve, told } from './processes.js';

export interface RawTaken {
  downloadMs: number;
  pages: number;
  /** Of the answers' bodies, in MB. */
  megabytes: number;
  writeMs: number;
  /** Of this process: user and system. */
  cpuMs: number;
  documents: Record<string, number>;
}

export interface RawCommands extends Record<string, (argument: never) => Promise<unknown>> {
  /** Reads what the importer's database holds, and makes an empty one for it. */
  load: () => Promise<void>;
  /** Downloads all, then writes what was loaded into the empty database. */
  measure: () => Promise<RawTaken>;
}

const BATCH = 1000;

const { databaseUri, district, kinds, pageSize } = told() as ImporterTold;
const client = await MongoClient.connect(databaseUri, { writeConcern: { w: 'majority', journal: true } });
const agent = new Agent({ connections: 1 });

let loaded = new Map<string, Document[]>();

const commands: RawCommands = {
  async load() {
    loaded = await load(client.db());
    const into = rawDb();
    await into.dropDatabase();
    for (const name of ROSTER) await copyIndexes(name, into);
  },
  async measure() {
    const into = rawDb();
    const cpu = process.cpuUsage();
    const began = performance.now();
    const { pages, bytes } = await download();
    const downloaded = performance.now();
    await write(loaded, into);
    const written = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    await into.dropDatabase();
    return {
      downloadMs: downloaded - began,
      pages,
      megabytes: bytes / 1024 ** 2,
      writeMs: written - downloaded,
      cpuMs: (user + system) / 1000,
      documents: Object.fromEntries([...loaded].map(([name, { length }]) => [name, length])),
    };
  },
};

function rawDb(): Db {
  return client.db(`${client.db().databaseName}_raw`);
}

async function load(from: Db): Promise<Map<string, Document[]>> {
  const loaded = new Map<string, Document[]>();
  for (const name of ROSTER) loaded.set(name, await from.collection(name).find().toArray());
  return loaded;
}

async function copyIndexes(name: string, into: Db): Promise<void> {
  const indexes = await client.db().collection(name).indexes();
  const made = indexes
    .filter(({ key }) => !('_id' in key))
    .map(({ key, unique, partialFilterExpression }) => ({
      key,
      ...(unique ? { unique } : {}),
      ...(partialFilterExpression ? { partialFilterExpression } : {}),
    }));
  await into.createCollection(name);
  if (made.length > 0) await into.collection(name).createIndexes(made);
}

interface Envelope {
  data: unknown[];
  links: { rel: string; uri: string }[];
}

async function download(): Promise<{ pages: number; bytes: number }> {
  const read = { pages: 0, bytes: 0 };
  for (const list of listsFor(kinds)) {
    const { path, query } = LISTS[list];
    const search = new URLSearchParams({ limit: String(pageSize), ...query });
    let next: string | undefined = `${district.url}${path}?${search.toString()}`;
    while (next !== undefined) {
      const answer = await request(next, {
        dispatcher: agent,
        headers: { authorization: `Bearer ${district.token}`, accept: 'application/json' },
      });
      const text = await answer.body.text();
      const page = JSON.parse(text) as Envelope;
      read.pages += 1;
      read.bytes += text.length;
      const link = page.links.find(({ rel }) => rel === 'next');
      next = link && new URL(link.uri, district.url).href;
    }
  }
  return read;
}

async function write(loaded: ReadonlyMap<string, Document[]>, into: Db): Promise<void> {
  for (const [name, documents] of loaded) {
    for (let from = 0; from < documents.length; from += BATCH) {
      const operations = documents.slice(from, from + BATCH).map((document) => ({ insertOne: { document } }));
      await into.collection(name).bulkWrite(operations, { ordered: false });
    }
  }
}

serve(commands, async () => {
  await client.close();
  await agent.close();
});
