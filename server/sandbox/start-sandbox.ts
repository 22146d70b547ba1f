import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNights, type NightReport } from './advance-night.js';
import { createRosterChanges } from './change-roster.js';
import { countTotals, type DistrictTotals } from './count-totals.js';
import { District } from './district.js';
import type { Sharing } from './district-view.js';
import type { Kind } from './identify.js';
import { CLEVER_RATE, createRateLimiter, type RateLimit } from './limit-rate.js';
import { createMisbehaviour, type Misbehaviour } from './misbehave.js';
import type { JsonObject } from './patch-object.js';
import { findSampleFamily, type SampleFamily } from './sample-family.js';
import { serveDistrict, type Access } from './serve-district.js';
import { createWorld } from './world.js';

export interface SandboxOptions {
  /** 20 to 1,000,000; by default 1,800. */
  students?: number;
  seed?: number;
  /** 0, the default, uses a free port. */
  port?: number;
  /** Decides the school year; by default today. */
  today?: Date;
  version?: 'v3.0' | 'v3.1';
  rateLimit?: RateLimit;
  /** A path before the version, as a proxy may have one: "/clever". */
  prefix?: string;
  /** Only ordinary names, for people to look at; by default some are difficult. */
  plainNames?: boolean;
  /** Whether the district has approved the application; true by default. */
  approved?: boolean;
}

export interface Sandbox extends Readonly<Omit<Access, 'approved'>> {
  /** With the version, for CLEVER_API_URL. */
  url: string;
  tokensUrl: string;
  districtId: string;
  close(): Promise<void>;
  /** Students leave, arrive, come back and move; classes are removed, renamed and given to another teacher: always the same ones. */
  advanceNight(): NightReport;
  removeStudent(id: string): void;
  removeSection(id: string): void;
  /** Removes any other record. */
  remove(id: string): void;
  restore(id: string): void;
  /** Applies a patch to a record; undefined removes a field, lists are replaced. */
  change(id: string, patch: JsonObject): void;
  /** A rollover: all ids but the schools' are new, and everything else stays. Earlier ids name nobody; `idOf` gives the new ones. */
  reissue(): void;
  /** Stops sharing a kind (a role for users), or shares it again: one event for each record. */
  share(kind: Exclude<Kind, 'district'>, sharing: Sharing): void;
  /** Stops sharing a school with its sections and people, or shares it again. */
  shareSchool(id: string, shared: boolean): void;
  misbehave(order: Misbehaviour): void;
  /** Drops all orders for misbehavior. */
  behave(): void;
  approve(approved: boolean): void;
  /** Gives out a new token, and refuses the earlier one. */
  rotateToken(): void;
  /** Path and query of the last 5,000 requests, oldest first. */
  requests(): readonly string[];
  /** Resolves when the next matching request arrives, before it is answered. */
  nextRequest(match: RegExp): Promise<string>;
  /** The id of the index-th school, section, student … */
  idOf(kind: Kind, index: number): string;
  /** A record as it is served, or null. */
  read(id: string): JsonObject | null;
  totals(): DistrictTotals;
  sampleFamily(): SampleFamily | null;
}

/** Starts an imitation of Clever on the loopback interface, for demo, tests and benches. It speaks v3.0 and v3.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { students = 1800, seed = 1, port = 0, prefix = '', version = 'v3.1' } = options;
  if (!Number.isInteger(students) || students < 20 || students > 1_000_000)
    throw new RangeError('students must be 20 to 1,000,000');
  const world = createWorld(seed, students, options.today ?? new Date(), options.plainNames);
  const district = new District(world);
  const changes = createRosterChanges(district);
  let family = findSampleFamily(district);
  const misbehaviour = createMisbehaviour();
  const access: Access = {
    token: secret(),
    clientId: secret(),
    clientSecret: secret(),
    approved: options.approved ?? true,
  };
  const seen: string[] = [];
  const arrivals = new EventEmitter();
  function onRequest(address: string): void {
    if (seen.push(address) > 5000) seen.shift();
    arrivals.emit('request', address);
  }
  const limitRate = createRateLimiter(options.rateLimit ?? CLEVER_RATE);
  const server = createServer(
    serveDistrict({ district, access, limitRate, misbehaviour, prefix, onRequest }),
  );
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  return {
    url: `${origin}${prefix}/${version}`,
    tokensUrl: `${origin}/oauth/tokens`,
    get token() {
      return access.token;
    },
    clientId: access.clientId,
    clientSecret: access.clientSecret,
    districtId: world.districtId,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
    advanceNight: createNights(district, changes, () => family),
    removeStudent: (id) => {
      changes.removeStudent(id);
    },
    removeSection: (id) => {
      district.remove(id);
    },
    remove: (id) => {
      district.remove(id);
    },
    restore: (id) => {
      changes.restore(id);
    },
    change: (id, patch) => {
      district.change(id, patch);
    },
    reissue() {
      district.reissue();
      family = findSampleFamily(district);
    },
    share: (kind, sharing) => {
      district.share(kind, sharing);
    },
    shareSchool: (id, shared) => {
      district.shareSchool(id, shared);
    },
    misbehave: (order) => {
      misbehaviour.order(order);
    },
    behave: () => {
      misbehaviour.behave();
    },
    approve(approved) {
      access.approved = approved;
    },
    rotateToken() {
      access.token = secret();
    },
    requests: () => seen,
    nextRequest: (match) =>
      new Promise((resolve) => {
        function look(address: string): void {
          if (!match.test(address)) return;
          arrivals.off('request', look);
          resolve(address);
        }
        arrivals.on('request', look);
      }),
    idOf: (kind, index) => world.ids.idOf(kind, index),
    read: (id) => (district.get(id)?.object as JsonObject | undefined) ?? null,
    totals: () => countTotals(district),
    sampleFamily: () => family,
  };
}

function secret(): string {
  return randomBytes(20).toString('hex');
}
