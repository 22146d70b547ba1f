import type { Types } from 'mongoose';
import { Contact, CONTACT_TYPES, recordIds } from '../../models/contact.js';
import { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import { Section } from '../../models/section.js';
import { overlay, plannedFor } from '../../runs/changes/overlay-changes.js';
import { findWithheld, storedMirror, type Mirror, type NamedPerson } from './mirror.js';
import { isSelected } from './select-sections.js';

const BATCH = 400;

/** The mirror as it would be after a previewed refresh. @param run the refresh that noted its changes */
export function plannedMirror(account: Types.ObjectId, run: Types.ObjectId): Mirror {
  const stored = storedMirror(account);
  const planned = (kinds: readonly string[], ids: readonly string[]) =>
    RosterChange.find({ run, kind: { $in: [...kinds] }, sourceId: { $in: [...ids] } }).lean();

  /** Of people by record id, those whose id would no longer stand for them: they take another one, or go. */
  const outdated = async (people: ReadonlyMap<string, Types.ObjectId>) => {
    const rows = await plannedFor(run, [...people.values()]);
    const changed = [...people.values()].filter((id) => rows.has(id.toHexString()));
    if (changed.length === 0) return [];
    const stored = await Contact.find({ _id: { $in: changed } }, { record: 1 }).lean();
    const after = new Map(
      stored.map((contact) => {
        const row = rows.get(contact._id.toHexString());
        const ids = row ? recordIds(overlay(contact, row)) : [];
        return [contact._id.toHexString(), row?.action === 'removed' ? [] : ids] as const;
      }),
    );
    return [...people].filter(([id, target]) => after.get(target.toHexString())?.includes(id) === false);
  };

  return {
    async terms() {
      const rows = await RosterChange.find({ run, kind: 'term' }).lean();
      const terms = new Map((await stored.terms()).map((term) => [term.id, term]));
      for (const row of rows) {
        const before = terms.get(row.sourceId) ?? {
          id: row.sourceId,
          name: '',
          start: '',
          end: '',
          status: 'active',
        };
        const { name, start, end, status } = row.document
          ? { ...before, ...row.document }
          : overlay(before, row);
        terms.set(row.sourceId, { id: row.sourceId, name, start, end, status });
      }
      return [...terms.values()];
    },
    async count(selection) {
      return (
        (await stored.count(selection)) +
        (await RosterChange.countDocuments({ run, kind: 'section', action: 'added' }))
      );
    },
    async *sections(selection) {
      for await (const batch of stored.sections(selection)) {
        const rows = await plannedFor(
          run,
          batch.map(({ _id }) => _id),
        );
        yield batch.filter(({ _id }) => !rows.has(_id.toHexString()));
      }
      for await (const batch of readPlanned(run))
        yield (await sectionsOf(batch)).filter((section) => isSelected(section, selection));
    },
    async people(ids) {
      const people = await stored.people(ids);
      for (const [id, target] of await outdated(people)) if (people.get(id) === target) people.delete(id);
      for (const { sourceId, target, action } of await planned(CONTACT_TYPES, ids))
        if (action !== 'removed') people.set(sourceId, target);
      return people;
    },
    async courses(ids) {
      const courses = await stored.courses(ids);
      for (const row of await planned(['course'], ids)) {
        const name = row.document?.name ?? row.fields.find(({ path }) => path === 'name')?.after;
        if (typeof name === 'string') courses.set(row.sourceId, name);
      }
      return courses;
    },
    async named(contacts) {
      const people = new Map(
        (await stored.named(contacts)).map((person) => [person._id.toHexString(), person]),
      );
      const rows = await plannedFor(run, contacts);
      return contacts.flatMap((id) => {
        const row = rows.get(id.toHexString());
        const person = people.get(id.toHexString());
        if (row?.document) return { ...row.document, _id: id } as unknown as NamedPerson;
        return person && row ? overlay(person, row) : (person ?? []);
      });
    },
    staying: (contacts) => stayingAfter(account, run, contacts),
    async doubted() {
      const { inDoubt = [] } = (await RosterRun.findById(run, { inDoubt: 1 }).lean()) ?? {};
      return new Set(inDoubt.map((id) => id.toHexString()));
    },
    async waiting(sections) {
      // Sections that would be removed, or that are back, are among the changes.
      const rows = await plannedFor(run, sections);
      return stored.waiting(sections.filter((id) => !rows.has(id.toHexString())));
    },
    async here(contacts) {
      const [here, rows] = await Promise.all([stored.here(contacts), plannedFor(run, contacts)]);
      for (const [id, { action }] of rows) {
        if (action === 'removed') here.delete(id);
        else here.add(id);
      }
      return here;
    },
  };
}

/** A complete list settles what earlier runs withheld of a kind: the documents are back, or would go. */
async function stayingAfter(
  account: Types.ObjectId,
  run: Types.ObjectId,
  contacts: readonly Types.ObjectId[],
): Promise<Set<string>> {
  const stored = await Contact.find(
    { account, _id: { $in: [...contacts] } },
    { status: 1, record: 1 },
  ).lean();
  const rows = await plannedFor(run, contacts);
  const { answered = [] } = (await RosterRun.findById(run, { answered: 1 }).lean()) ?? {};
  const withheld = await findWithheld(account, contacts);
  const waiting = new Set(
    withheld.filter(({ kind }) => !answered.includes(kind)).map(({ target }) => target.toHexString()),
  );
  const staying = stored.filter((contact) => {
    const row = rows.get(contact._id.toHexString());
    const { status, record } = row ? overlay(contact, row) : contact;
    return status === 'active' && (record?.kept !== undefined || waiting.has(contact._id.toHexString()));
  });
  return new Set(staying.map(({ _id }) => _id.toHexString()));
}

async function* readPlanned(run: Types.ObjectId): AsyncGenerator<RosterChange[], void, undefined> {
  const cursor = RosterChange.find({ run, kind: 'section', action: { $ne: 'removed' } })
    .lean()
    .cursor({ batchSize: BATCH });
  let batch: RosterChange[] = [];
  for await (const row of cursor) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

async function sectionsOf(rows: RosterChange[]): Promise<Section[]> {
  const there = rows.filter(({ document }) => !document).map(({ target }) => target);
  const stored = await Section.find({ _id: { $in: there } }).lean();
  const byId = new Map(stored.map((section) => [section._id.toHexString(), section]));
  return rows.flatMap((row) => {
    if (row.document) return { ...row.document, _id: row.target } as unknown as Section;
    const section = byId.get(row.target.toHexString());
    return section ? overlay(section, row) : [];
  });
}
