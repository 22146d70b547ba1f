import type { CleverUser } from '../../clever/schema.js';
import { Contact, recordIds, byRecordIds, type RosterPerson } from '../../models/contact.js';
import type { FromFile } from '../../roster-files/records/roster-files.js';
import { keepMatchedTies, keepStudentTies } from './keep-student-ties.js';
import { completeMapped, completePeople } from '../mirror/complete-records.js';
import { mapCleverPerson, type PersonMapped } from '../../sources/records/map-clever-person.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';
import { walkThrough } from '../../runs/engine/walk-through.js';
import { refuseRecords } from '../../runs/log/log-run.js';
import type { NoteCode } from '../../runs/log/say-note.js';
import { applyRecords } from './apply-records.js';
import type { RefreshContext } from '../run/context.js';
import { IdSet, type Ids } from '../../runs/changes/id-set.js';
import { findDoubted, closeDoubts } from './find-doubted.js';
import { findStaying } from './find-staying.js';
import { tellsAll } from '../../sources/download/download-district.js';
import { LISTS, PEOPLE_LISTS, type PeopleList } from '../../sources/records/lists.js';
import { keepPersonFacts } from './keep-person-facts.js';
import { matcherFor } from './match-records.js';
import { PEOPLE } from '../mirror/stores.js';
import { refuseTies } from '../mirror/refuse-ties.js';

/**
 * Updates the people of matched schools, and the guardians of their students.
 * @param listed ids of the people in the sections that were kept
 * @returns who belongs here, by record id
 */
export async function refreshPeople(
  context: RefreshContext,
  listed: Pick<Ids, 'has'>,
): Promise<Pick<Ids, 'has'>> {
  const { run, read, download } = context;
  const seen: Ids = new IdSet();
  /** Main ids of people who came under a further id only: they are here too. */
  const spared = new Set<string>();
  const kept = new IdSet();
  for (const list of PEOPLE_LISTS) {
    const outcome = download[list];
    if (!outcome) continue;
    // Teachers and staff may be guardians too.
    if (list !== 'students')
      context.staying ??= await findStaying(context, { has: (id) => seen.has(id) || spared.has(id) });
    await run.begin(list, outcome.read);
    await walkThrough(read<FromFile<CleverUser>>(list), async (batch) => {
      await takePeople(context, list, batch, { seen, spared, listed, kept });
      await run.step(batch.length);
    });
  }
  if (kept.size > 0) run.warn({ code: 'people unreadable', count: kept.size });
  await closeDoubts(context, seen);
  return { has: (id) => seen.has(id) || spared.has(id) };
}

async function takePeople(
  context: RefreshContext,
  list: PeopleList,
  batch: FromFile<CleverUser>[],
  { seen, spared, listed, kept }: { seen: Ids; spared: Ids; listed: Pick<Ids, 'has'>; kept: Ids },
): Promise<void> {
  const { run, kinds, schools, mapping } = context;
  const { kind } = LISTS[list];
  const told = await completeMapped<RosterPerson, PersonMapped>(
    batch,
    batch.map((user) => mapCleverPerson(user, kinds, schools, mapping)),
    (records) => completePeople(context.account._id, records),
    ({ record: { id }, named }) => ({ ok: false, named, id, reason: 'unknown person' }),
  );
  // Files that name the ties to remove mean these people's lost ties.
  const meant = new Set(batch.filter(({ slotbell }) => slotbell?.tiesChange).map(({ id }) => id));
  const read = await keepPersonFacts(context.account._id, told);
  for (const id of read.kept) kept.add(id);
  const people = await keepStudentTies(context, read.people, meant);
  const stored = await storedStudents(context, people);
  const hasStudent = (person: RosterPerson): boolean =>
    person.relations.some(({ student }) => seen.has(student) || spared.has(student) || stored.has(student));
  const records: RosterRecord<RosterPerson>[] = [];
  const refused: { id: string; code: NoteCode }[] = [];
  for (const person of people) {
    const verdict = placeOf(person, seen, listed, hasStudent);
    if (verdict === 'here' && person.ok) {
      seen.add(person.record.id);
      records.push(person.record);
      context.taken[person.record.fields.type] += 1;
    } else if (verdict === 'elsewhere') run.count(kind, 'leftOut');
    else if (verdict !== 'here') {
      // A record that was refused counts as here.
      if (!person.ok && person.id) spared.add(person.id);
      refused.push({ id: person.ok ? person.record.id : person.id, code: verdict });
    }
  }
  await refuseRecords(run, kind, refused);
  await applyRecords(run, PEOPLE, kind, records, {
    fresh: { source: context.source },
    ...matcherFor(context, list),
    revise: async (matched, known) =>
      refuseTies(context, await keepMatchedTies(context, matched, known), known),
    findDoubted: (revised, claims, merged) => findDoubted(context, kind, revised, claims, merged),
    onMerged: (ids) => ids.forEach((id) => spared.add(id)),
  });
}

/** Whether somebody belongs to this account's schools, or why the record cannot be taken. */
export function placeOf(
  person: PersonMapped,
  seen: Pick<Ids, 'has'>,
  listed: Pick<Ids, 'has'>,
  hasStudent: (person: RosterPerson) => boolean,
): 'here' | 'elsewhere' | NoteCode {
  if (!person.ok) return person.reason;
  const { id, fields } = person.record;
  // Somebody with two roles is in two lists.
  if (seen.has(id)) return 'elsewhere';
  if (fields.schools.length > 0 || hasStudent(fields)) return 'here';
  if (person.named.length > 0 || fields.type === 'guardian') return 'elsewhere';
  return listed.has(id) ? 'here' : 'no school, no class';
}

/**
 * Of the students that a batch is tied to, those that are stored. Asked only if the list of students is incomplete, so that their guardians
 * are not taken for strangers.
 */
async function storedStudents(
  { run, download, unmentioned }: RefreshContext,
  people: readonly PersonMapped[],
): Promise<ReadonlySet<string>> {
  if (unmentioned) return unmentioned.students;
  if (tellsAll(download.students)) return new Set();
  const tied = people.flatMap((person) =>
    person.ok ? person.record.fields.relations.map(({ student }) => student) : [],
  );
  if (tied.length === 0) return new Set();
  const students = await Contact.find(byRecordIds(run.account, tied, { type: 'student', status: 'active' }), {
    record: 1,
  }).lean();
  return new Set(students.flatMap(recordIds));
}
