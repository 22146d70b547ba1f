import type { CleverCourse, CleverSchool, CleverSection, CleverTerm } from '../../clever/schema.js';
import type { FromFile } from '../../roster-files/records/roster-files.js';
import {
  mapCleverCourse,
  mapCleverSection,
  mapCleverTerm,
  type SectionMapped,
} from '../../sources/records/map-clever-class.js';
import type { MatchedSchools } from '../../sources/records/map-clever-person.js';
import { keepAddresses } from './keep-addresses.js';
import { findTermsCome, keepDates, keepFacts, knownTerms } from './keep-facts.js';
import { completeMapped, completeSections } from './complete-records.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { walkThrough } from '../../runs/engine/walk-through.js';
import { refuseRecords } from '../../runs/log/log-run.js';
import { Section, type RosterSection } from '../../models/section.js';
import { applyRecords, type ApplyOptions } from '../people/apply-records.js';
import { tellsAll } from '../../sources/download/download-district.js';
import { SectionGuard, type MappedBatch } from './guard-sections.js';
import type { NoteCode } from '../../runs/log/say-note.js';
import { IdSet, type Ids } from '../../runs/changes/id-set.js';
import type { RefreshContext } from '../run/context.js';
import { COURSES, SECTIONS, TERMS, type Store } from './stores.js';

/** What was read of the mirror's lists. */
export interface MirrorSeen {
  terms: Ids;
  courses: Ids;
  sections: Ids;
  /** Ids of sections that are listed but were refused: they count as here. */
  spared: Ids;
  /** Ids of the people in the sections that were kept: a person who names no school belongs where they sit or teach. */
  listed: Ids;
}

/** Brings terms, courses and the sections of matched schools into the mirror. */
export async function refreshMirror(context: RefreshContext): Promise<MirrorSeen> {
  const seen: MirrorSeen = {
    terms: new IdSet(),
    courses: new IdSet(),
    sections: new IdSet(),
    spared: new IdSet(),
    listed: new IdSet(),
  };
  await warnOfLostSchools(context);
  await keepAddresses(context);
  await refreshTerms(context, seen.terms);
  await refreshCourses(context, seen.courses);
  await refreshSections(context, seen);
  return seen;
}

/** Warns about matched schools that Clever no longer lists, as their people go with them. */
async function warnOfLostSchools({ run, read, download, schools }: RefreshContext): Promise<void> {
  if (download.schools?.ended !== 'whole') return;
  const lost = new Set(schools.keys());
  for await (const batch of read<CleverSchool>('schools')) for (const { id } of batch) lost.delete(id);
  run.count('school', 'unchanged', schools.size - lost.size);
  run.count('school', 'leftOut', download.schools.read - schools.size + lost.size);
  if (lost.size > 0) run.warn({ code: 'schools not listed', count: lost.size });
}

async function refreshTerms({ account, run, read, download }: RefreshContext, seen: Ids): Promise<void> {
  await run.begin('terms', download.terms?.read ?? 0);
  for await (const batch of read<CleverTerm>('terms')) {
    const mapped = batch.map((term) => ({ term, told: mapCleverTerm(term) }));
    const dated = await keepDates(
      account._id,
      mapped.map(({ term, told }) => ({ term, record: told.ok ? told.record : undefined })),
    );
    const taken = mapped.map(({ term: { id }, told }) => {
      const record = dated.get(id);
      return { id, mapped: told.ok && record ? { ok: true as const, record } : told };
    });
    await take(run, TERMS, 'term', taken, seen);
  }
}

async function refreshCourses({ run, read, download }: RefreshContext, seen: Ids): Promise<void> {
  await run.begin('courses', download.courses?.read ?? 0);
  for await (const batch of read<CleverCourse>('courses')) {
    const taken = batch.map((course) => ({ id: course.id, mapped: mapCleverCourse(course) }));
    await take(run, COURSES, 'course', taken, seen);
  }
}

async function refreshSections(context: RefreshContext, seen: MirrorSeen): Promise<void> {
  const { account, run, read, download, unmentioned } = context;
  const terms = await knownTerms(context, seen.terms);
  const kept = new IdSet();
  await run.begin('sections', download.sections?.read ?? 0);
  const guard = await SectionGuard.open(context);
  const pass: ApplyOptions<RosterSection> = { revise: (records, known) => guard.pass(records, known) };
  await walkThrough(read<FromFile<CleverSection>>('sections'), async (batch) => {
    const taken = await mapSections(context, batch, terms, kept);
    for (const { mapped } of taken) {
      if (!mapped.ok && mapped.reason !== 'outside' && mapped.id) seen.spared.add(mapped.id);
      if (!mapped.ok) continue;
      for (const id of mapped.record.fields.teacherIds) seen.listed.add(id);
      for (const id of mapped.record.fields.studentIds) seen.listed.add(id);
    }
    await take(run, SECTIONS, 'section', taken, seen.sections, pass);
  });
  if (unmentioned)
    await applyRecords(run, SECTIONS, 'section', await findTermsCome(account._id, seen.sections, terms));
  if (kept.size > 0) run.warn({ code: 'terms not known', count: kept.size });
  const staying = await guard.writeOthers(() => mappedSections(context, terms));
  for (const id of [...staying.students, ...staying.teachers]) seen.listed.add(id);
  await listStored(context, seen);
}

async function* mappedSections(
  context: RefreshContext,
  terms: KnownTerms,
): AsyncGenerator<MappedBatch, void, undefined> {
  for await (const batch of context.read<FromFile<CleverSection>>('sections'))
    yield await mapSections(context, batch, terms, new IdSet());
}

/** If the list of sections is incomplete, the people of the stored sections still count as being in a class. */
async function listStored(
  { account, download, unmentioned }: RefreshContext,
  { listed }: MirrorSeen,
): Promise<void> {
  if (unmentioned || tellsAll(download.sections)) return;
  const stored = Section.find(
    { account: account._id, status: 'active' },
    { teacherIds: 1, studentIds: 1 },
  ).lean();
  for await (const { teacherIds, studentIds } of stored.cursor({ batchSize: 1000 }))
    for (const id of [...teacherIds, ...studentIds]) listed.add(id);
}

type KnownTerms = Awaited<ReturnType<typeof knownTerms>>;

/** @param kept receives the ids of sections that keep a term because theirs is not known */
async function mapSections(
  { account, schools }: RefreshContext,
  batch: FromFile<CleverSection>[],
  terms: KnownTerms,
  kept: Pick<Ids, 'add'>,
): Promise<MappedBatch> {
  const mapped = await completeMapped<RosterSection, SectionMapped>(
    batch,
    batch.map((section) => mapSection(section, schools)),
    (told) => completeSections(account._id, told),
    ({ record: { id } }) => ({ ok: false, id, reason: 'unknown class' }),
  );
  const told = mapped.flatMap((one, index) => {
    const unread = batch[index]?.slotbell?.termUnread ? (['term'] as const) : [];
    return one.ok ? [{ record: one.record, spoilt: [...(one.spoilt ?? []), ...unread] }] : [];
  });
  const { records, kept: keeping } = await keepFacts(account._id, told, terms);
  for (const id of keeping) kept.add(id);
  const next = records.values();
  return mapped.map((one, index) => ({
    id: batch[index]?.id ?? '',
    mapped: one.ok ? { ...one, record: next.next().value ?? one.record } : one,
  }));
}

/** A row that only gives a section's people names no school: its other fields are placeholders, and the stored ones are kept. */
function mapSection(section: FromFile<CleverSection>, schools: MatchedSchools): SectionMapped {
  if (!section.slotbell?.onlyTies) return mapCleverSection(section, schools);
  const [school = ''] = schools.keys();
  return mapCleverSection({ ...section, school }, schools);
}

type Taken<F> = { ok: true; record: RosterRecord<F> } | { ok: false; reason: NoteCode | 'outside' };

/** Writes one batch. A record that is refused becomes a row in the log; one that is listed twice counts once. */
async function take<F extends object>(
  run: ActiveRun,
  store: Store<F>,
  kind: string,
  batch: { id: string; mapped: Taken<F> }[],
  seen: Ids,
  options: ApplyOptions<F> = {},
): Promise<void> {
  const records: RosterRecord<F>[] = [];
  const refused: { id: string; code: NoteCode }[] = [];
  for (const { id, mapped } of batch) {
    if (!mapped.ok && mapped.reason !== 'outside')
      refused.push({ id: id.slice(0, 100), code: mapped.reason });
    else if (!mapped.ok || seen.has(id)) run.count(kind, 'leftOut');
    else {
      seen.add(id);
      records.push(mapped.record);
    }
  }
  await refuseRecords(run, kind, refused);
  await applyRecords(run, store, kind, records, options);
  await run.step(batch.length);
}
