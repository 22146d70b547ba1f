import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Agent } from 'undici';
import type { Types } from 'mongoose';
import { connectDatabase, ensureIndexes } from '../../server/database/connect.js';
import { createLog } from '../../server/log.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { fillRush, RUSH_NOW, RUSH_SECRET } from './fill-rush.js';
import type { BenchOptions } from './options.js';
import { pressAll, pressApp, pressBare, type Rushed } from './press-times.js';
import { median, say, thousands } from './print.js';
import { Child } from './processes.js';
import type { RushCommands, RushTold } from './rush-app-process.js';
import type { BareCommands } from './rush-bare-process.js';

const PROCESSES = 2;
/**
 * The opening: all families book four meetings, two thirds of them with 20 of 100 teachers, each in two tabs, through two web processes. The
 * app's bookings a second ÷ those of a bare server on the same database, in turn; a booking is one press, as where an event asks nothing.
 * @returns the median ratio
 * @throws Error when anything is booked twice, an answer is a fault, or a refusal does not say why
 */
export async function measureRush({ students: families, runs, profile }: BenchOptions): Promise<number> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'slotbell-bench-'));
  const log = createLog('silent');
  const database = await connectDatabase({ mongodbUri: process.env.MONGODB_URI, dataDir, log });
  const rushTold: RushTold = { mongodbUri: database.uri, secret: RUSH_SECRET, now: RUSH_NOW.toISOString() };
  const apps = Array.from(
    { length: PROCESSES },
    () => new Child<RushCommands>('rush-app-process.ts', rushTold, profile),
  );
  const bares = Array.from(
    { length: PROCESSES },
    () => new Child<BareCommands>('rush-bare-process.ts', rushTold),
  );
  const agent = new Agent({ connections: 64 });
  try {
    await ensureIndexes();
    const at = {
      app: await Promise.all(apps.map((one) => one.call('listen'))),
      bare: await Promise.all(bares.map((one) => one.call('listen'))),
    };
    const count = async () =>
      (await Promise.all(apps.map((one) => one.call('count')))).reduce((sum, one) => sum + one, 0);
    const cpuOf = async (all: { call: (name: 'cpu') => Promise<number> }[]) =>
      (await Promise.all(all.map((one) => one.call('cpu')))).reduce((sum, one) => sum + one, 0);
    const rushAt = async (size: number, seed: number) => {
      const rush = await fillRush(size, seed);
      await count();
      const before = { app: await cpuOf(apps), bare: await cpuOf(bares) };
      const app = await pressAll(rush.families, pressApp(rush, at.app, agent));
      const commands = await count();
      const bare = await pressAll(rush.families, pressBare(rush, at.bare, agent));
      await judge(rush.event, app);
      // Steadier than the time that passed, where other work goes on beside it.
      const cpu = {
        app: ((await cpuOf(apps)) - before.app) / app.waits.length,
        bare: ((await cpuOf(bares)) - before.bare) / bare.waits.length,
      };
      return { app, bare, commands, cpu };
    };
    // Both have been at work for days when booking opens: a school of their own warms them up.
    await rushAt(families, 0);
    const ratios: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const { app, bare, commands, cpu } = await rushAt(families, run);
      const ratio = rateOf(app) / rateOf(bare);
      ratios.push(ratio);
      sayRushed(`app ${String(run)}`, app);
      sayRushed(`bare ${String(run)}`, bare);
      const presses = app.waits.length;
      say(
        `  ${ratio.toFixed(2)}; p99 ÷ p99 ${(p99(app) / p99(bare)).toFixed(1)}; ${(commands / presses).toFixed(1)} commands a press, ${(commands / app.booked).toFixed(1)} a booking with its refusals; CPU of the web processes ${cpu.app.toFixed(1)} ÷ ${cpu.bare.toFixed(1)} ms a press`,
      );
    }
    return median(ratios);
  } finally {
    await Promise.all([...apps, ...bares].map((one) => one.end()));
    await agent.close();
    await database.close({ stopEngine: true });
    await rm(dataDir, { recursive: true, force: true });
  }
}

const rateOf = ({ booked, ms }: Rushed): number => (booked / ms) * 1000;

function p99({ waits }: Rushed): number {
  const sorted = waits.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
}

function sayRushed(name: string, rushed: Rushed): void {
  say(
    `${name}: ${thousands(rushed.booked)} booked, ${thousands(rushed.refused)} refused, ${rateOf(rushed).toFixed(1)} bookings/s, p99 ${p99(rushed).toFixed(0)} ms`,
  );
}

/** Nothing twice, no fault, and what was answered as booked is booked. */
async function judge(event: Types.ObjectId, { booked, faults }: Rushed): Promise<void> {
  const all = await Appointment.find({ event, state: { $in: LIVING_STATES } }).lean();
  const twice = (name: string, keyOf: (one: Appointment) => string) =>
    all.length - new Set(all.map(keyOf)).size > 0 ? [`${name} twice`] : [];
  const found = [
    ...faults.slice(0, 5),
    ...(all.length === booked ? [] : [`${String(booked)} answered as booked, ${String(all.length)} are`]),
    ...twice('a slot', ({ slot }) => String(slot)),
    ...twice('a teacher at one time', ({ resource, from }) => `${String(resource)} ${String(+from)}`),
    ...twice('a household at one time', ({ household, from }) => `${String(household)} ${String(+from)}`),
    ...twice(
      'a student with a teacher',
      ({ students, resource }) => `${String(students)} ${String(resource)}`,
    ),
  ];
  if (found.length > 0) throw new Error(found.join('\n'));
}
