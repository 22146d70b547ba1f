import { Section, type RosterSection } from '../../models/section.js';
import { byRole, lostOf, ROLES, type IsHere, type Role, type Ties } from '../../runs/changes/compare-ties.js';
import { TieGuard, type Losing } from '../../runs/changes/guard-ties.js';
import { markOf } from '../../runs/changes/withhold-ties.js';
import { isDoubtful } from '../../runs/changes/judge-ties.js';
import { SECTION_TIES } from '../../runs/changes/tie-kinds.js';
import { rosterRecord, type RosterRecord } from '../../sources/records/roster-record.js';
import { applyRecords } from '../people/apply-records.js';
import type { RefreshContext } from '../run/context.js';
import { currentIn } from '../people/match-records.js';
import { findBookedSections } from '../people/find-booked.js';
import type { KnownRecord } from '../people/diff-records.js';
import { IdSet } from '../../runs/changes/id-set.js';
import { findPlaces, type Places } from './find-places.js';
import { findHere } from '../collect/judge-delta.js';
import type { SectionMapped } from '../../sources/records/map-clever-class.js';
import { tiesOf, withMembers } from './join-members.js';
import { SECTIONS } from './stores.js';

type SectionRecord = RosterRecord<RosterSection>;
type Stored = Pick<Section, '_id' | 'record' | 'teacherIds' | 'studentIds'>;

/** A section that loses somebody who is here. */
interface LosingSection extends Losing {
  record: SectionRecord;
  stored: Stored;
  /** Whether somebody rejected that the people leave. */
  isKept: boolean;
  /** Whether a person is here, or arrives with this delivery. */
  isKnown: IsHere;
}

interface Compared extends Pick<LosingSection, 'record' | 'stored' | 'isKnown'> {
  /** Its lists in which it is not certain whom some ids stand for. */
  unsure: readonly Role[];
  isHere: IsHere;
  /** Sections with appointments (hex ids). */
  booked: ReadonlySet<string>;
}

/** One batch of a list of sections, as mapped. */
export type MappedBatch = { id: string; mapped: SectionMapped }[];

/** Guards who is in the district's sections (`TieGuard`). */
export class SectionGuard {
  readonly #isListed: IsHere;
  /** Where the people of this delivery belong; empty until it is needed. */
  #places: Places = { here: new IdSet(), away: new IdSet() };
  /** How many sections have a list that cannot be read and therefore misses nobody. */
  #unreadable = 0;

  private constructor(
    private readonly context: RefreshContext,
    private readonly guard: TieGuard,
  ) {
    const listed = { students: currentIn(context, 'students'), teachers: currentIn(context, 'teachers') };
    const { leftOut } = context;
    this.#isListed = (role, id) => listed[role](id) || leftOut?.has(id) === true;
  }

  static async open(context: RefreshContext): Promise<SectionGuard> {
    const { account, run, stale } = context;
    const guard = await TieGuard.open(run, {
      kind: 'section',
      ties: SECTION_TIES,
      collection: Section.collection,
      here: { account: account._id, 'record.addedBy': { $ne: run.id } },
      verdict: stale ? 'withhold' : undefined,
    });
    return new SectionGuard(context, guard);
  }

  /** Passes the sections that lose nobody. @param known by record id */
  async pass(
    records: readonly SectionRecord[],
    known: ReadonlyMap<string, KnownRecord>,
  ): Promise<readonly SectionRecord[]> {
    const { isFirst, run } = this.context;
    if (isFirst) return records;
    const differ = records.filter(({ id, hash }) => known.get(id)?.here && known.get(id)?.hash !== hash);
    const stored = await this.#read(differ);
    const isHere = await this.#hereOf(differ, stored);
    return records.filter((record) => {
      const { here, hash, addedBy } = known.get(record.id) ?? {};
      const before = stored.get(record.id);
      const isNew = !here || hash !== record.hash || addedBy?.equals(run.id) === true;
      return this.guard.passes(record.id, before && tiesOf(before), tiesOf(record.fields), isHere, isNew);
    });
  }

  /**
   * Judges the other sections and writes them.
   * @param batches the list of sections once more, in the order of the first reading
   * @returns the people who stay in sections although the source lacks them there
   */
  async writeOthers(batches: () => AsyncIterable<MappedBatch>): Promise<Ties> {
    const staying = { students: [] as string[], teachers: [] as string[] };
    if (!this.guard.isAsked) return staying;
    if (await this.guard.judge(this.#losing(batches()))) {
      this.#places = await findPlaces(this.context);
      await this.guard.judge(this.#losing(batches()));
    }
    this.guard.report();
    if (this.#unreadable > 0) this.context.run.warn({ code: 'classes unreadable', count: this.#unreadable });
    for await (const items of this.#losing(batches())) {
      for (const item of items)
        for (const role of ROLES) staying[role].push(...this.guard.staying(item)[role]);
      await this.#write(items);
    }
    return staying;
  }

  /** The sections that lose somebody, in the order in which they are listed. */
  async *#losing(batches: AsyncIterable<MappedBatch>): AsyncGenerator<LosingSection[], void, undefined> {
    this.guard.restart();
    this.#unreadable = 0;
    const met = new IdSet();
    for await (const batch of batches) {
      const taken = batch.flatMap(({ mapped }) => (mapped.ok ? [mapped] : []));
      const wanted = taken.filter(({ record: { id } }) => this.guard.waits(id) && met.add(id));
      const records = wanted.map(({ record }) => record);
      const stored = await this.#read(records);
      const isHere = await this.#hereOf(records, stored, true);
      const isKnown: IsHere = (role, id) => isHere(role, id) || this.#places.here.has(id);
      const nobodyIn = records.filter(({ fields }) =>
        ROLES.some((role) => !tiesOf(fields)[role].some((id) => isKnown(role, id))),
      );
      const booked = await findBookedSections(
        this.context.account._id,
        nobodyIn.flatMap(({ id }) => stored.get(id)?._id ?? []),
      );
      const items = wanted.flatMap(({ record, unsure = [] }) => {
        const before = stored.get(record.id);
        return before ? [this.#compare({ record, stored: before, unsure, isHere, isKnown, booked })] : [];
      });
      this.#unreadable += items.filter(
        ({ isKept, stay }) => !isKept && ROLES.some((role) => stay[role].length > 0),
      ).length;
      if (items.length > 0) yield items;
    }
  }

  #compare({ record, stored, unsure, isHere, isKnown, booked }: Compared): LosingSection {
    const [before, now] = [tiesOf(stored), tiesOf(record.fields)];
    const isKept = stored.record.keptFor === markOf(now);
    const missing = this.guard.missing(before, now, (role, id) => {
      return !isKept && !unsure.includes(role) && isHere(role, id);
    });
    const isAlone = (role: Role) =>
      !now[role].some((id) => isKnown(role, id)) &&
      isDoubtful(role, {
        missing: missing[role],
        isOfUnknown: now[role].length > 0,
        isBooked: booked.has(stored._id.toHexString()),
      });
    return {
      target: stored._id,
      record,
      stored,
      isKept,
      alone: byRole(isAlone),
      missing,
      stay: byRole((role) => (isKept || unsure.includes(role) ? lostOf(role, before, now, isHere) : [])),
      isKnown,
    };
  }

  /**
   * Looks up, in one query, which of the people whom these sections lose were here before this run and still are by this delivery. A
   * delivery of changes does not mention people who left earlier.
   * @param withTold also looks up the people whom the source lists
   */
  async #hereOf(
    records: readonly SectionRecord[],
    stored: ReadonlyMap<string, Stored>,
    withTold = false,
  ): Promise<IsHere> {
    const asked = new Set<string>();
    for (const { id, fields } of records) {
      const before = stored.get(id);
      if (!before) continue;
      const [was, now] = [tiesOf(before), tiesOf(fields)];
      for (const role of ROLES) {
        for (const lost of lostOf(role, was, now, this.#isListed)) asked.add(lost);
        for (const told of withTold ? now[role] : []) asked.add(told);
      }
    }
    const here = await findHere({ account: this.context.account._id }, [...asked]);
    return (role, id) => here.has(id) && this.#isListed(role, id) && !this.#places.away.has(id);
  }

  async #write(items: LosingSection[]): Promise<void> {
    const { run } = this.context;
    const written = items.map((item) => {
      const { record, stored, isKept, isKnown } = item;
      const fields = withMembers(record.fields, stored.teacherIds, this.guard.staying(item), isKnown);
      const mark = isKept && stored.record.keptFor ? { keptFor: stored.record.keptFor } : {};
      const moved = hasMoved(item) ? { movedFor: markOf(tiesOf(fields)) } : {};
      return { item, record: { ...rosterRecord(record.id, fields), ...mark, ...moved } };
    });
    await applyRecords(
      run,
      SECTIONS,
      'section',
      written.map(({ record }) => record),
    );
    await this.guard.withhold(
      written.map(({ item, record: { id, fields } }) => ({
        item,
        sourceId: id,
        name: fields.name,
        stored: tiesOf(fields),
        told: tiesOf(item.record.fields),
      })),
    );
    await run.step();
  }

  async #read(records: readonly SectionRecord[]): Promise<Map<string, Stored>> {
    if (records.length === 0) return new Map();
    const ids = records.map(({ id }) => id);
    const found = await Section.find(
      { account: this.context.account._id, 'record.id': { $in: ids }, status: 'active' },
      { record: 1, teacherIds: 1, studentIds: 1 },
    ).lean<Stored[]>();
    return new Map(found.map((section) => [section.record.id, section]));
  }
}

/** Whether a list has lost everybody, and all of them are in other sections instead. */
function hasMoved({ record, stored, missing, stay, isKnown }: LosingSection): boolean {
  const [was, now] = [tiesOf(stored), tiesOf(record.fields)];
  return ROLES.some(
    (role) =>
      was[role].length > 0 &&
      missing[role].length + stay[role].length === 0 &&
      !now[role].some((id) => isKnown(role, id)),
  );
}
