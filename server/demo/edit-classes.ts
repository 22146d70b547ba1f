import type { Browser, Page } from '../scratch/browse.js';
import type { Steps } from './keep-steps.js';
import { flashOf, unescapeHtml } from '../scratch/read-form.js';
import type { School } from './set-up-school.js';

interface ClassRow {
  id: string;
  name: string;
}

export interface EditedClasses {
  hidden: ClassRow;
  deleted: ClassRow;
  renamed: ClassRow & { to: string };
}

/** Hides one class, deletes one and renames one, in the Class Editor with only classes shown. */
export async function editClasses({ admin, event }: School, steps: Steps): Promise<EditedClasses> {
  const list = `${event}/classes`;
  // Clubs, if there are any: the sandbox's night removes and changes other classes.
  const clubs = await admin.get(`${list}?only=classes&q=club`);
  const page = freeOf(clubs).length >= 3 ? clubs : await admin.get(`${list}?only=classes&size=100`);
  const rows = freeOf(page);
  const [hidden, deleted] = rows;
  const renamed = rows.at(-1);
  if (!hidden || !deleted || !renamed) throw new Error('The Class Editor shows too few classes.');

  await steps.take('Hide one class', async () => {
    const answer = await admin.submitOn(page, `${list}/types`, { [`type-${hidden.id}`]: 'Hide' });
    return { outcome: flashOf(answer.text), value: undefined };
  });
  await steps.take('Delete one class with its red ×', async () => {
    const answer = await admin.submitOn(await admin.get(page.path), `${list}/deletion`, { one: deleted.id });
    return { outcome: flashOf(answer.text), value: undefined };
  });
  const to = 'Conference group A';
  await steps.take('Rename one class', async () => {
    await admin.submit(`${list}/${renamed.id}`, `${list}/${renamed.id}`, { name: to });
    return { outcome: `now “${to}”`, value: undefined };
  });
  return { hidden, deleted, renamed: { ...renamed, to } };
}

/** Classes on a page that have no bookings. */
function freeOf(page: Page): ClassRow[] {
  return rowsOf(page.text).filter(({ booked }) => booked === 0);
}

/** Checks after a night: the deleted class is back, the hidden one still hidden, the renamed one keeps its name. */
export async function checkClasses(
  { admin, event }: School,
  steps: Steps,
  { hidden, deleted, renamed }: EditedClasses,
): Promise<void> {
  await steps.take('Look at the three classes again', async () => {
    const faults = [
      ...((await rowOf(admin, event, deleted.id))?.type === 'Hide' ? ['the deleted class is hidden'] : []),
      ...((await rowOf(admin, event, deleted.id)) ? [] : ['the deleted class is not back']),
      ...((await rowOf(admin, event, hidden.id))?.type === 'Hide' ? [] : ['the hidden class is not hidden']),
      ...((await rowOf(admin, event, renamed.id))?.name === renamed.to
        ? []
        : ['the renamed class lost its name']),
    ];
    if (faults.length > 0) throw new Error(faults.join('; '));
    return { outcome: 'deleted one back, hidden one hidden, renamed one keeps its name', value: undefined };
  });
}

async function rowOf(admin: Browser, event: string, id: string) {
  for (let page = 1; ; page++) {
    const { text } = await admin.get(`${event}/classes?only=classes&size=100&page=${String(page)}`);
    const rows = rowsOf(text);
    const found = rows.find((row) => row.id === id);
    if (found || rows.length < 100) return found;
  }
}

/** The classes that a page of the Class Editor shows. */
function rowsOf(html: string): (ClassRow & { type: string; booked: number })[] {
  return [...html.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].flatMap(([, row = '']) => {
    const tick = /name="ids" value="(\w+)" aria-label="([^"]*)"/.exec(row);
    if (!tick) return [];
    const [, id = '', name = ''] = tick;
    const booked = Number(/data-label="Booked"[^>]*>\s*([\d,]*)/.exec(row)?.[1]?.replaceAll(',', '') ?? 0);
    return [
      { id, name: unescapeHtml(name), type: /name="was-\w+" value="(\w+)"/.exec(row)?.[1] ?? '', booked },
    ];
  });
}
