import type { Steps } from './keep-steps.js';
import { flashOf, wordsOf } from '../scratch/read-form.js';
import type { School } from './set-up-school.js';

/** Adds slots for every teacher, an afternoon and evening of ten minutes each, after a preview; then opens booking. */
export async function openBooking({ admin, event }: School, steps: Steps): Promise<void> {
  await steps.take('Make slots for every teacher', async () => {
    const preview = await admin.submit(`${event}/slots/new`, `${event}/slots/preview`, {
      from: '15:00',
      to: '19:00',
      minutes: '10',
      breakMinutes: '0',
    });
    const made = await admin.submitOn(preview, `${event}/slots`);
    if (made.status >= 400) throw new Error(wordsOf(made.text).slice(0, 200));
    return { outcome: flashOf(made.text), value: undefined };
  });
  await steps.take('Open booking', async () => {
    const opened = await admin.submit(`${event}/opening`, `${event}/opening`);
    return { outcome: flashOf(opened.text), value: undefined };
  });
}
