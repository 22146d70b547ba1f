import { compareTotals, countDelivered, type Comparison } from './compare-totals.js';
import { createCleverClient } from '../clever/client.js';
import { checkClasses, editClasses } from './edit-classes.js';
import { idOf, importRoster } from './import-roster.js';
import { Steps } from './keep-steps.js';
import { openBooking } from './open-booking.js';
import { bookFirst, checkBooked, registerParent } from './parent-books.js';
import { passNight, stopEverySync } from './pass-night.js';
import { setUpSchool, type School } from './set-up-school.js';
import { districtOf, startDemo, type Demo, type DemoOptions } from './start-demo.js';
import { number } from '../web/format-count.js';

/**
 * Does everything once, through real requests, and prints a table at the end. Leaves no process behind.
 * @returns whether everything went well
 */
export async function runCheck(options: DemoOptions): Promise<boolean> {
  const began = performance.now();
  const steps = new Steps();
  const demo = await startDemo(options);
  try {
    await doEverything(demo, steps);
  } catch {
    // The table names the step that failed and why.
  }
  await demo.stop();
  console.log(steps.table());
  const failed = steps.done.filter(({ ok }) => !ok).length;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `\n${String(steps.done.length - failed)} steps done, ${String(failed)} failed, in ${seconds} s.`,
  );
  return failed === 0;
}

async function doEverything(demo: Demo, steps: Steps): Promise<void> {
  const school = await setUpSchool(demo, steps, await districtOf(demo));
  await importRoster(school, steps);
  await compare(demo, school, steps);
  await openBooking(school, steps);
  const parent = await registerParent(demo, school, steps);
  await bookFirst(school, parent, steps);
  await checkBooked(demo, school, parent, steps);
  const edited = await editClasses(school, steps);
  await passNight(demo, school, steps);
  await checkClasses(school, steps, edited);
  await checkBooked(demo, school, parent, steps);
  await stopEverySync(school, steps);
}

async function compare(demo: Demo, { event }: School, steps: Steps): Promise<void> {
  const { apiUrl, tokensUrl, pageSize } = demo.deps.config.clever;
  const client = createCleverClient({ apiUrl, tokensUrl, pageSize, token: demo.clever.token });
  const delivered = await countDelivered(client);
  for (const row of await compareTotals(delivered, idOf(event))) {
    await steps.take(`Imported ${row.kind} against delivered`, () => {
      if (!row.ok) return Promise.reject(new Error(told(row)));
      return Promise.resolve({ outcome: told(row), value: undefined });
    });
  }
}

function told({ imported, delivered, explained }: Comparison): string {
  const why = explained.map((reason) => `; ${number(reason.count)} ${reason.why}`).join('');
  return `${number(imported)} of ${number(delivered)}${why}`;
}
