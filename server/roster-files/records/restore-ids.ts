import type { CleverObject, CleverUser } from '../../clever/schema.js';
import { searchKey } from '../../models/search-key.js';
import type { ListName } from '../../sources/records/lists.js';
import { breathe, isDue } from '../../tables/breathe.js';
import { keyOf, rawOf, type Collected } from './collect-objects.js';
import type { Reading } from '../../tables/reading.js';
import type { KnownRoster, StoredRecord } from './roster-files.js';
import type { IdKind } from './record-id.js';

/** Which list of an upload is compared with which stored records. */
export interface Restored<T extends CleverObject> {
  /** The file that the list was made from. */
  table: string;
  list: ListName;
  kind: IdKind;
  collected: Collected<T>;
  /** The columns of the id, and of a student's number. */
  field: string;
  number?: string;
  /** Whether a row that removes an unknown record is reported: the school writes these rows by hand, so it is a slip. */
  tellRemovals?: true;
}

interface Candidate {
  id: string;
  part: 'objects' | 'leftOut' | 'removed';
}

/**
 * Restores ids that spreadsheets or people changed (lost zeros, capitals, spaces): an unknown id that reads like the id of a stored record
 * missing from the files becomes that id, unless the names differ. Reported once for a column. If several records or ids could be meant,
 * the rows are left out and the records stay. A student's number that only lost its zeros keeps its stored form.
 */
export async function restoreIds<T extends CleverObject>(
  reading: Reading,
  known: KnownRoster,
  restored: Restored<T>,
): Promise<void> {
  const { list, kind, collected } = restored;
  if (!reading.has(restored.table)) return;
  await collected.readKeys();
  const others = new Set<string>();
  for (const ids of [collected.leftOut, collected.removed])
    for (const id of ids) {
      if (isDue()) await breathe();
      others.add(keyOf(id));
    }
  const missing = new Map<string, StoredRecord[]>();
  let hasSome = false as boolean;
  for await (const batch of known.records(list, kind)) {
    for (const stored of batch) {
      hasSome = true;
      const here = collected.objects.get(stored.id);
      if (here) keepNumber(reading, restored, stored, here);
      else if (!collected.removed.has(stored.id)) {
        const key = keyOf(stored.id);
        if (!collected.hasAlike(key) && !others.has(key)) continue;
        const alike = missing.get(key);
        if (alike) alike.push(stored);
        else missing.set(key, [stored]);
      }
    }
    reading.tellProgress();
    await breathe();
  }
  const byKey = await candidatesOf(collected, missing);
  const ids = [...byKey.values()].flat().map(({ id }) => id);
  const had = ids.length > 0 ? await known.ids(list, ids) : new Set<string>();
  for (const [key, candidates] of byKey) {
    if (isDue()) await breathe();
    const fresh = candidates.filter(({ id }) => !had.has(id));
    if (fresh.length > 0) restoreOne(reading, restored, missing.get(key) ?? [], fresh);
  }
  await tellAlike(reading, restored);
  // A row can remove nothing from an account without records of the kind.
  if (restored.tellRemovals && hasSome) await tellRemovals(reading, known, restored);
  collected.dropKeys();
}

/** The upload's ids that may stand for stored records missing from it, by key. */
async function candidatesOf<T extends CleverObject>(
  collected: Collected<T>,
  missing: ReadonlyMap<string, StoredRecord[]>,
): Promise<Map<string, Candidate[]>> {
  const byKey = new Map<string, Candidate[]>();
  if (missing.size === 0) return byKey;
  for (const part of ['objects', 'leftOut', 'removed'] as const)
    for (const id of collected[part].keys()) {
      if (isDue()) await breathe();
      const key = keyOf(id);
      if (!missing.has(key)) continue;
      const known = byKey.get(key);
      if (known) known.push({ id, part });
      else byKey.set(key, [{ id, part }]);
    }
  return byKey;
}

function restoreOne<T extends CleverObject>(
  reading: Reading,
  restored: Restored<T>,
  stored: readonly StoredRecord[],
  fresh: readonly Candidate[],
): void {
  const { collected } = restored;
  const [one, another] = [stored[0], fresh[0]];
  if (!one || !another) return;
  const object = collected.objects.get(another.id);
  const isSingle = stored.length === 1 && fresh.length === 1;
  if (isSingle && another.part === 'objects' && object && isNamedAlike(object, one)) {
    collected.rename(another.id, one.id);
    giveBack(object, rawOf(one.id), rawOf(another.id));
    keepNumber(reading, restored, one, object);
    tell(reading, restored, 'lost zeros', another.id, rawOf(one.id));
    return;
  }
  // Records that are gone cannot be lost, and somebody new may have been given a similar id.
  const staying = stored.filter(({ isActive }) => isActive);
  if (staying.length === 0) return;
  for (const { id, part } of fresh) {
    if (part !== 'leftOut') {
      reading.note({ file: fileOf(reading, restored), line: collected.lineOf(id) }, restored.field, {
        code: 'looks like others',
        ...{ cell: rawOf(id), like: staying.slice(0, 3).map((each) => rawOf(each.id)) },
      });
    }
    collected.leaveOut(id);
  }
  for (const { id } of staying) collected.leftOut.add(id);
}

/** Whether a row may be about a record: a part of the person's name is the same. */
function isNamedAlike(object: CleverObject, { first, last }: StoredRecord): boolean {
  const { name } = object as CleverUser;
  if (typeof name !== 'object' || name === null) return true;
  const [here, there] = [name.first, name.last].map((part) => searchKey(part ?? ''));
  const same = (one = '', other = ''): boolean => one !== '' && one === searchKey(other);
  return same(here, first) || same(there, last);
}

/** Restores the zeros of numbers that repeat the id. */
function giveBack(object: CleverObject, stored: string, raw: string): void {
  if (stored.length <= raw.length) return;
  const holders = [object, ...Object.values((object as CleverUser).roles ?? {})];
  for (const holder of holders as (Record<string, unknown> | null | undefined)[])
    for (const field of ['sis_id', 'student_number', 'teacher_number', 'staff_id'])
      if (holder?.[field] === raw) holder[field] = stored;
}

/** Restores a number that only lost its zeros. */
function keepNumber<T extends CleverObject>(
  reading: Reading,
  restored: Restored<T>,
  { id, number }: StoredRecord,
  object: CleverObject,
): void {
  const student = (object as CleverUser).roles?.student;
  const given = student?.student_number ?? '';
  if (!restored.number || !student || !number || given === '' || given === number) return;
  if (number.length <= given.length || keyOf(`:${number}`) !== keyOf(`:${given}`)) return;
  student.student_number = number;
  const at = restored.collected.lineOf(id);
  reading.notesOf(fileOf(reading, restored)).add(restored.number, 'was otherwise', at, given, number);
}

/** Two ids of one list that read the same: most likely one of them is a slip. */
async function tellAlike<T extends CleverObject>(reading: Reading, restored: Restored<T>): Promise<void> {
  const { collected } = restored;
  for (const [one, other] of await collected.pairs()) {
    if (isDue()) await breathe();
    const [first, second] = [collected.objects.get(one), collected.objects.get(other)];
    if (first && second && isNamedSame(first, second)) tell(reading, restored, 'alike', other, rawOf(one));
  }
}

function isNamedSame(one: CleverObject, other: CleverObject): boolean {
  const nameOf = ({ name }: CleverUser): string => searchKey(name?.first ?? '', name?.last ?? '');
  return nameOf(one) === nameOf(other);
}

async function tellRemovals<T extends CleverObject>(
  reading: Reading,
  known: KnownRoster,
  restored: Restored<T>,
): Promise<void> {
  const removed = [...restored.collected.removed];
  const had = removed.length > 0 ? await known.ids(restored.list, removed) : new Set<string>();
  for (const id of removed) if (!had.has(id)) tell(reading, restored, 'nobody', id, '');
}

function tell<T extends CleverObject>(
  reading: Reading,
  restored: Restored<T>,
  code: 'lost zeros' | 'alike' | 'nobody',
  id: string,
  became: string,
): void {
  const { collected, field } = restored;
  reading.notesOf(fileOf(reading, restored)).add(field, code, collected.lineOf(id), rawOf(id), became);
}

function fileOf<T extends CleverObject>(reading: Reading, { table }: Restored<T>): string {
  return reading.sources.get(table)?.name ?? '';
}
