import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import mongoose, { Types } from 'mongoose';
import { createApp } from '../../server/app.js';
import { loadConfig } from '../../server/config.js';
import { connectDatabase, ensureIndexes } from '../../server/database/connect.js';
import type { Deps } from '../../server/deps.js';
import { createLog } from '../../server/log.js';
import { Event } from '../../server/models/event.js';
import { makeUser } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { fill } from '../support/permissions/addresses.js';
import { makeDistrict, makePlace, type Place } from '../support/permissions/place.js';
import { listRoutes } from '../support/routes.js';
import { findScans, markedApp, noteQueries } from '../support/scans.js';
import { makeSessions } from '../../server/scratch/make-sessions.js';
import { REPORTS } from '../../server/reports/list-reports.js';
import { fillSchool, type SchoolSize } from './fill-school.js';
import type { BenchOptions } from './options.js';
import { plainPages } from './plain-pages.js';
import { say, thousands } from './print.js';

const SIZE: Omit<SchoolSize, 'students'> = { teachers: 500, slots: 20_000, appointments: 12_000 };
const NOW = new Date('2026-11-22T18:00:00Z');
const MOST_QUERIES = 12;
const HEAVIEST = 20;
/** Looks at each of the heaviest pages, beside some that warm up. */
const LOOKS = 20;
const WARM = 3;

/** Anybody's, a parent's, a file, or no page. */
const NO_STAFF_PAGE =
  /^\/(healthz|readyz|assets|setup$|login|forgot|password|prove|invitation|logout|choose-school|my|e\/|$)|\/progress$|\.(csv|xlsx|ics)$/;
/** Made for paper: it is as long as the event, and read in parts. */
const isWhole = (address: string) => address.endsWith('/print');

interface Look {
  address: string;
  status: number;
  bytes: number;
  ms: number;
  queries: number;
}

/**
 * Opens every page of staff in an event of a large district. The p95 of the twenty pages that take the longest ÷ the p95 of plain pages
 * of the same sizes, which bare Express renders in the same run.
 * Lists the pages that fail or ask the database more than twelve times, and ends with 1 where there are any.
 * @throws Error when a page has the database read a whole collection
 */
export async function measurePages(options: BenchOptions): Promise<number> {
  const dataDir = options.data
    ? path.resolve(options.data)
    : await mkdtemp(path.join(os.tmpdir(), 'slotbell-bench-'));
  await mkdir(dataDir, { recursive: true });
  const database = await connectDatabase({
    mongodbUri: process.env.MONGODB_URI,
    dataDir,
    log: createLog('silent'),
  });
  try {
    await ensureIndexes();
    const place = await (options.data ? fillOnce(dataDir, options.students) : fillAll(options.students));
    return await measureOver(place, options.only);
  } finally {
    await database.close({ stopEngine: true });
    if (!options.data) await rm(dataDir, { recursive: true, force: true });
  }
}

/** The ids by which addresses call what the event is made of. */
type Filled = Pick<Place, 'ids'> & { account: string };

/** What an earlier run left in the folder's database, or the same anew. */
async function fillOnce(dataDir: string, students: number): Promise<Filled> {
  const note = path.join(dataDir, `place-${String(students)}.json`);
  const kept = await readFile(note, 'utf8').catch(() => undefined);
  if (kept) return JSON.parse(kept) as Filled;
  const place = await fillAll(students);
  await writeFile(note, JSON.stringify(place));
  return place;
}

async function measureOver({ account, ids }: Filled, only: RegExp | undefined): Promise<number> {
  const secret = 'bench-secret-bench-secret-bench-secret';
  const config = loadConfig({ APP_SECRET: secret, NODE_ENV: 'production', PUBLIC_URL: 'http://127.0.0.1' });
  const deps: Deps = {
    config,
    log: createLog('silent'),
    queue: { add: () => Promise.resolve() },
    now: () => NOW,
  };
  const { count, counted } = countQueries();
  const app = createApp(deps);
  const served = await serve(counted(markedApp(app) as RequestListener));
  const user = await makeUser(new Types.ObjectId(account), 'administrator');
  const [session] = await makeSessions([user], secret, NOW);
  const look = async (address: string): Promise<Look> => {
    const before = performance.now();
    const answer = await fetchPage(`${served.url}${address}`, session?.cookie ?? '');
    return { address, ...answer, ms: performance.now() - before, queries: count(address) };
  };
  try {
    const pages = addressesOf(listRoutes(app), ids).filter((address) => only?.test(address) ?? true);
    const first = await lookAtAll(pages, look);
    say(`${thousands(pages.length)} pages`);
    judge(first);
    const heaviest = first
      .filter(({ status }) => status === 200)
      .sort((a, b) => b.ms - a.ms)
      .slice(0, HEAVIEST);
    return await compare(heaviest, look);
  } finally {
    served.close();
  }
}

async function fillAll(students: number): Promise<Filled> {
  const size = { students, ...SIZE };
  const began = performance.now();
  const mark = `Qbench${String(students)}`;
  const account = await makeDistrict(mark);
  const event = await makeEvent(account, {
    days: ['2026-11-24', '2026-11-25'],
    booking: { opensAt: new Date('2026-11-01T00:00:00Z') },
  });
  await fillSchool(event, size, new Date('2026-11-01T06:00:00Z'));
  const place = await makePlace(account, mark, {
    event: await Event.findById(event._id).orFail().lean(),
  });
  say(`made in ${((performance.now() - began) / 1000).toFixed(0)} s: ${JSON.stringify(size)}`);
  return { account: account.toHexString(), ids: place.ids };
}

/** Counts mongoose's queries by the address of the request that asks them; the session's own is one more. */
function countQueries() {
  noteQueries();
  const note = mongoose.get('debug') as (collection: string, method: string, ...args: unknown[]) => void;
  const asking = new AsyncLocalStorage<{ queries: number }>();
  const counts = new Map<string, { queries: number }>();
  mongoose.set('debug', (collection: string, method: string, ...args: unknown[]) => {
    const request = asking.getStore();
    if (request) request.queries += 1;
    note(collection, method, ...args);
  });
  const counted =
    (listener: RequestListener): RequestListener =>
    (req, res) => {
      const request = { queries: 1 };
      counts.set(req.url ?? '', request);
      asking.run(request, () => {
        listener(req, res);
      });
    };
  return { counted, count: (address: string) => counts.get(address)?.queries ?? 0 };
}

async function serve(listener: RequestListener): Promise<{ url: string; close: () => void }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, close };
}

function fetchPage(url: string, cookie: string): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { cookie, connection: 'keep-alive' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (part: Buffer) => (bytes += part.length));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, bytes }));
      answer.on('error', reject);
    }).on('error', reject);
  });
}

/** Every page of the routes, with the lists' last pages and searches. */
function addressesOf(routes: { method: string; path: string }[], ids: Place['ids']): string[] {
  const paths = routes
    .filter(({ method, path: route }) => method === 'GET' && !NO_STAFF_PAGE.test(route))
    .flatMap(({ path: route }) =>
      route.includes(':report') ? REPORTS.map(({ name }) => route.replace(':report', name)) : [route],
    );
  const filled = paths.map((one) => fill(one, { ids }));
  const lists = filled.filter((one) =>
    /\/(slots|appointments|contacts|classes|families|outbox|messages|unbooked|schedule-by-\w+|attendance|times-shown)$/.test(
      one,
    ),
  );
  return [...new Set([...filled, ...lists.flatMap((one) => [`${one}?q=Cruz`, `${one}?page=9`])])];
}

/** Twice each: the first look compiles the page. */
async function lookAtAll(pages: string[], look: (address: string) => Promise<Look>): Promise<Look[]> {
  const looks: Look[] = [];
  for (const page of pages) {
    await look(page);
    looks.push(await look(page));
  }
  return looks;
}

function judge(looks: Look[]): void {
  const faults = looks.flatMap(({ address, status, queries }) => [
    // What this record does not offer is no page.
    ...(status >= 400 && status !== 404 && status !== 409 ? [`${address}: ${String(status)}`] : []),
    ...(queries > MOST_QUERIES && !isWhole(address) ? [`${address}: ${String(queries)} queries`] : []),
  ]);
  if (faults.length === 0) return;
  say(`Over ${String(MOST_QUERIES)} queries, or failed:\n  ${faults.join('\n  ')}`);
  process.exitCode = 1;
}

async function compare(heaviest: Look[], look: (address: string) => Promise<Look>): Promise<number> {
  const plain = await plainPages(heaviest.map(({ bytes }) => bytes));
  const server = await serve(plain.app as RequestListener);
  const [ours, bare]: [number[], number[]] = [[], []];
  try {
    for (const [index, { address, bytes, queries }] of heaviest.entries()) {
      const times: [number[], number[]] = [[], []];
      for (let turn = 0; turn < WARM + LOOKS; turn += 1) {
        const { ms } = await look(address);
        const before = performance.now();
        await fetchPage(`${server.url}/${String(index)}`, '');
        if (turn >= WARM) {
          times[0].push(ms);
          times[1].push(performance.now() - before);
        }
      }
      ours.push(...times[0]);
      bare.push(...times[1]);
      say(
        `  ${address.replace(/[0-9a-f]{24}/g, ':id')}: p95 ${p95(times[0]).toFixed(1)} ms, plain ${p95(times[1]).toFixed(1)} ms, ${thousands(bytes)} bytes, ${String(queries)} queries`,
      );
    }
  } finally {
    server.close();
    await plain.remove();
  }
  const scans = await findScans();
  if (scans.length > 0) throw new Error(`Read whole collections:\n${scans.join('\n')}`);
  return p95(ours) / p95(bare);
}

function p95(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN;
}
