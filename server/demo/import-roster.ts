import type { Browser, Page } from '../scratch/browse.js';
import type { Steps } from './keep-steps.js';
import { choicesOf, wordsOf } from '../scratch/read-form.js';
import type { School } from './set-up-school.js';

/** Goes through the Importer: event, all schools, all terms and the sections without a term; then follows the run to its end. */
export async function importRoster({ admin, event }: School, steps: Steps): Promise<string> {
  return steps.take('Import every school and term', async () => {
    const query = new URLSearchParams({ event: idOf(event) });
    const first = await admin.get(`/importer?${query.toString()}`);
    const schools = choicesOf(first.text, 'schools');
    for (const school of schools) query.append('schools', school);
    const page = await admin.get(`/importer?${query.toString()}`);
    const terms = choicesOf(page.text, 'terms');
    const run = await admin.submit(page.path, '/importer/runs', {
      event: idOf(event),
      schools,
      terms,
      nightly: 'on',
    });
    return { outcome: await followRun(admin, run), value: run.path };
  });
}

/**
 * Waits for the end of a run, by the stream that its page reads.
 * @returns its result as a sentence
 */
export async function followRun(browser: Browser, run: Page): Promise<string> {
  await browser.get(`${run.path}/progress`);
  const over = await browser.get(run.path);
  const main = wordsOf(/<main[\s\S]*<\/main>/.exec(over.text)?.[0] ?? '');
  const sentence = wordsOf(/class="lead">([\s\S]*?)<\/p>/.exec(over.text)?.[1] ?? main.slice(0, 200));
  if (!/\bDone\b|finished|Finished/.test(main)) throw new Error(`the run ended otherwise: ${sentence}`);
  return sentence;
}

/** The last id in one of our addresses. */
export function idOf(path: string): string {
  const id = /[0-9a-f]{24}(?!.*[0-9a-f]{24})/.exec(path)?.[0];
  if (!id) throw new Error(`${path} names no record.`);
  return id;
}
