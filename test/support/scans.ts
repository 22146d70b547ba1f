import { AsyncLocalStorage } from 'node:async_hooks';
import type { Express, RequestHandler } from 'express';
import express from 'express';
import mongoose from 'mongoose';

type Filter = Record<string, unknown>;

interface Seen {
  collection: string;
  method: string;
  /** A filter, or an aggregation's pipeline. */
  query: Filter | Filter[];
  sort?: Filter;
  limit?: number;
  skip?: number;
  hint?: Filter;
}

/** Marks what the app does, as against what a test does to look behind it. */
const inApp = new AsyncLocalStorage<true>();
const seen = new Map<string, Seen>();
/** The last query of each shape while `watchQueries` works. */
let watched: Map<string, Seen> | undefined;

/** Notes each shape of query that the app makes; `findScans` asks the database how it would answer them. */
export function noteQueries(): void {
  mongoose.set('debug', (collection, method, ...args: unknown[]) => {
    if (!inApp.getStore()) return;
    for (const [verb, query, options] of queriesOf(method, args)) {
      const { sort, limit, skip, hint } = (options ?? {}) as Pick<Seen, 'sort' | 'limit' | 'skip' | 'hint'>;
      const shape = `${collection} ${verb} ${JSON.stringify(shapeOf(query))} ${JSON.stringify(sort ?? {})}`;
      const asked = {
        collection,
        method: verb,
        query,
        ...(sort && { sort }),
        ...(limit && { limit }),
        ...(skip && { skip }),
        ...(hint && { hint }),
      };
      if (!seen.has(shape)) seen.set(shape, asked);
      watched?.set(shape, asked);
    }
  });
}

/** Everything inside counts as the app's doing: a job that a test runs itself. */
export function asApp<T>(work: () => Promise<T>): Promise<T> {
  return inApp.run(true, work);
}

/** What supertest asks for of itself. */
const PACKED = 'gzip, deflate';

/**
 * The app in a wrapper that marks its requests. Its pages come as they are: packing and unpacking each would be a tenth of the work, and
 * real processes and browsers ask for packed ones.
 */
export function markedApp(app: Express): Express {
  const outer = express();
  const mark: RequestHandler = (req, _res, next) => {
    if (req.headers['accept-encoding'] === PACKED) delete req.headers['accept-encoding'];
    inApp.run(true, next);
  };
  outer.use(mark, app);
  return outer;
}

function queriesOf(method: string, args: unknown[]): [string, Filter | Filter[], unknown][] {
  if (method === 'bulkWrite') {
    const operations = args[0] as Record<string, { filter?: Filter }>[];
    return operations.flatMap((operation) =>
      Object.entries(operation).flatMap(([verb, { filter }]): [string, Filter, unknown][] =>
        filter ? [[verb, filter, {}]] : [],
      ),
    );
  }
  if (/^(insert|create|drop|bulk)/.test(method)) return [];
  if (method === 'distinct') return [[method, (args[1] ?? {}) as Filter, {}]];
  const options = method.includes('pdate') || method.includes('eplace') ? args[2] : args[1];
  return [[method, (args[0] ?? {}) as Filter | Filter[], options ?? args[2]]];
}

/** The query with every value replaced by its type, so that one shape is asked about once. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain) ? value.map(shapeOf) : ['…'];
  if (isPlain(value))
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, shapeOf(held)]));
  return typeof value;
}

function isPlain(value: unknown): value is Filter {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The queries seen so far that the database would answer by reading a whole collection, one line each. */
export async function findScans(): Promise<string[]> {
  const lines: string[] = [];
  for (const [shape, query] of seen) if (await scans(query)) lines.push(shape);
  return lines;
}

/** Whether the database would read the whole collection. Looking whether there is anything at all is not a scan. */
export async function scans({ collection, method, query, sort, limit }: Seen): Promise<boolean> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('no database');
  if (!Array.isArray(query) && Object.keys(query).length === 0 && (method === 'findOne' || limit === 1))
    return false;
  const asked = Array.isArray(query)
    ? { aggregate: collection, pipeline: query, cursor: {} }
    : { find: collection, filter: query, ...(sort && { sort }) };
  const plan: unknown = await db.command({ explain: asked, verbosity: 'queryPlanner' });
  return hasStage(winning(plan), 'COLLSCAN');
}

/** Begins to keep the app's queries for `findWasteful`, from now on. */
export function watchQueries(): void {
  watched = new Map();
}

/** A query may look at ten documents for each that it returns; fewer than this many are never too many. */
const FEW = 100;
const MOST_TIMES = 10;

/**
 * The queries since `watchQueries` for which the database looks at more than ten times the documents that it returns, and at more than
 * 100, one line each. They are asked again over what the database holds now; of an aggregation and of a write what its filter finds.
 */
export async function findWasteful(): Promise<string[]> {
  const lines: string[] = [];
  for (const [shape, asked] of watched ?? []) {
    const { examined, returned } = await measure(asked);
    if (examined > FEW && examined > MOST_TIMES * returned)
      lines.push(`${shape}: ${String(examined)} documents for ${String(returned)}`);
  }
  watched = undefined;
  return lines;
}

/** How many documents the database looks at for a query, and how many it returns. */
export async function measure(asked: Seen): Promise<{ examined: number; returned: number }> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('no database');
  const { collection, method, sort, skip, hint } = asked;
  const limit = asked.limit ?? (method.includes('One') ? 1 : 0);
  const find = {
    find: collection,
    filter: filterOf(asked.query),
    ...(sort && { sort }),
    ...(limit && { limit }),
    ...(skip && { skip }),
    ...(hint && { hint }),
  };
  const { executionStats } = (await db.command({ explain: find, verbosity: 'executionStats' })) as {
    executionStats: { totalDocsExamined: number; nReturned: number };
  };
  return { examined: executionStats.totalDocsExamined, returned: executionStats.nReturned };
}

/** A filter, or what the first stages of an aggregation filter by. */
function filterOf(query: Seen['query']): Filter {
  if (!Array.isArray(query)) return query;
  const after = query.findIndex((stage) => !('$match' in stage));
  const matches = query.slice(0, after < 0 ? query.length : after).map((stage) => stage.$match);
  return matches.length > 0 ? { $and: matches } : {};
}

function winning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(winning);
  if (!isPlain(value)) return undefined;
  return Object.entries(value).map(([key, held]) => (key === 'winningPlan' ? held : winning(held)));
}

function hasStage(value: unknown, stage: string): boolean {
  if (Array.isArray(value)) return value.some((held) => hasStage(held, stage));
  if (!isPlain(value)) return false;
  return value.stage === stage || Object.values(value).some((held) => hasStage(held, stage));
}
