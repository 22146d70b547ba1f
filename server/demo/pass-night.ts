import { setTimeout as delay } from 'node:timers/promises';
import { DateTime } from 'luxon';
import { followRun } from './import-roster.js';
import type { Steps } from './keep-steps.js';
import type { School } from './set-up-school.js';
import { ZONE } from './set-up-school.js';
import type { Demo } from './start-demo.js';

const PATIENCE_MS = 30_000;

/** Lets a night pass: the district changes, the clock passes 1 AM, the nightly job adds the run and the worker does it. */
export async function passNight(demo: Demo, { admin, event }: School, steps: Steps): Promise<void> {
  if (demo.sandbox) {
    const { sandbox } = demo;
    await steps.take('A night passes in the district', async () => {
      const night = sandbox.advanceNight();
      const outcome = `${String(night.left.length)} leave, ${String(night.arrived.length)} arrive, ${String(night.movedSchool.length)} change school`;
      return { outcome, value: undefined };
    });
  }
  await steps.take('The nightly sync at 1 AM', async () => {
    const before = new Set(await runsOf(admin, event));
    demo.setClock(
      DateTime.fromJSDate(demo.deps.now(), { zone: ZONE })
        .plus({ days: 1 })
        .set({ hour: 1, minute: 0, second: 30 })
        .toJSDate(),
    );
    await demo.runNow('open-nightly-runs');
    const run = await newRun(admin, event, before);
    return { outcome: await followRun(admin, await admin.get(run)), value: undefined };
  });
}

async function newRun(admin: School['admin'], event: string, before: ReadonlySet<string>): Promise<string> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const run = (await runsOf(admin, event)).find((path) => !before.has(path));
    if (run) return run;
    await delay(50);
  }
  throw new Error('The nightly job opened no run.');
}

async function runsOf(admin: School['admin'], event: string): Promise<string[]> {
  const { text } = await admin.get(`${event}/sync`);
  return [...new Set([...text.matchAll(/\/importer\/runs\/[0-9a-f]{24}/g)].map(([path]) => path))];
}

/** Stop Sync For All Events, behind its page that lists them. */
export async function stopEverySync({ admin, event }: School, steps: Steps): Promise<void> {
  await steps.take('Stop Sync For All Events', async () => {
    const { text } = await admin.get('/importer/stop');
    if (!text.includes('Fall conferences')) throw new Error('The page does not list the event.');
    await admin.submit('/importer/stop', '/importer/stop');
    const sync = await admin.get(`${event}/sync`);
    if (!sync.text.includes('Start sync again')) throw new Error('The event says its sync is on.');
    return { outcome: 'the event’s nightly sync is off', value: undefined };
  });
}
