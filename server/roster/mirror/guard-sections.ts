import { Section, type RosterSection } from '../../models/section.js';
import {
  lostOf,
  NO_TIES,
  ROLES,
  TieWatch,
  type IsHere,
  type Role,
  type Ties,
} from '../../runs/changes/compare-ties.js';
import { countTies } from '../../runs/changes/count-ties.js';
import { holdTies, markOf, tellTies, type HeldTies } from '../../runs/changes/hold-ties.js';
import { heldIn, isDoubtful, judgeTies, TieSums, type TieVerdict } from '../../runs/changes/judge-ties.js';
import { recallTies } from '../../runs/changes/recall-ties.js';
import { SECTION_TIES } from '../../runs/changes/tie-kinds.js';
import { rosterRecord, type RosterRecord } from '../../sources/records/roster-record.js';
import { applyRecords } from '../people/apply-records.js';
import type { RefreshContext } from '../run/context.js';
import { currentIn } from '../people/adopt-people.js';
import { findBookedSections } from '../people/find-booked.js';
import type { KnownRecord } from '../people/diff-records.js';
import { IdSet } from '../../runs/changes/id-set.js';
import { findPlaces, type Places } from './find-places.js';
import { findHere } from '../collect/judge-delta.js';
import type { SectionMapped } from '../../sources/records/map-clever-class.js';
import { withTeachers } from './order-teachers.js';
import { SECTIONS } from './stores.js';

type SectionRecord = RosterRecord<RosterSection>;
type Stored = Pick<Section, '_id' | 'record' | 'teacherIds' | 'studentIds'>;

/** A section that loses somebody who is here. */
interface Losing {
  record: SectionRecord;
  stored: Stored;
  /** Those who have not moved to another section. */
  missing: Record<Role, string[]>;
  /** Those who stay in any case: the list could not be read, or somebody said so. */
  stay: Record<Role, string[]>;
  /** Somebody said so. */
  isKept: boolean;
  /** A person looks at it however few it loses. */
  alone: Record<Role, boolean>;
  isKnown: IsHere;
}

interface Compared {
  record: SectionRecord;
  stored: Stored;
  /** Of which of its lists it is not sure whom they tell of. */
  unsure: readonly Role[];
  isHere: IsHere;
  /** Sections with appointments (hex ids). */
  booked: ReadonlySet<string>;
}

/** One batch of a list of sections, as mapped. */
export type MappedBatch = { id: string; mapped: SectionMapped }[];

/**
 * The guard over who is in the district's sections. Those that lose nobody pass at once; the others wait until all were read, as only
 * then it is known who has moved to another section, and how many are missing in all.
 */
export class SectionGuard {
  readonly #watch = new TieWatch();
  readonly #isListed: IsHere;
  /** Where the people are whom this delivery lists; nobody is known of before it is asked for. */
  #places: Places = { here: new IdSet(), away: new IdSet() };

  private constructor(private readonly context: RefreshContext) {
    const listed = { students: currentIn(context, 'students'), teachers: currentIn(context, 'teachers') };
    const { leftOut } = context;
    this.#isListed = (role, id) => listed[role](id) || leftOut?.has(id) === true;
  }

  static async open(context: RefreshContext): Promise<SectionGuard> {
    const guard = new SectionGuard(context);
    if (context.run.again) await recallTies(context.run, 'section', SECTION_TIES, guard.#watch);
    return guard;
  }

  /** Lets those pass that lose nobody. @param known by record ids */
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
      if (before) return !this.#watch.look(record.id, tiesOf(before), tiesOf(record.fields), isHere);
      // It is new, or was so to the run's first try.
      if (!here || hash !== record.hash || addedBy?.equals(run.id))
        this.#watch.gain(record.id, NO_TIES, tiesOf(record.fields));
      return true;
    });
  }

  /**
   * Decides on the others and writes them.
   * @param batches the list of sections once more, as it was read the first time
   * @returns the people who stay in sections though the source lacks them there
   */
  async settle(batches: () => AsyncIterable<MappedBatch>): Promise<Ties> {
    const staying = { students: [] as string[], teachers: [] as string[] };
    if (this.#watch.losing.size === 0) return staying;
    const { run } = this.context;
    let { sums, verdicts } = await this.#judge(batches());
    if (ROLES.some((role) => verdicts[role].why)) {
      this.#places = await findPlaces(this.context);
      ({ sums, verdicts } = await this.#judge(batches()));
    }
    tellTies(run, SECTION_TIES.kinds, sums.missing, verdicts);
    if (sums.unreadable > 0) run.warn({ code: 'classes unreadable', count: sums.unreadable });
    for await (const items of this.#losing(batches())) {
      for (const role of ROLES)
        for (const item of items) staying[role].push(...this.#keptIn(item, role, verdicts));
      await this.#write(items, verdicts);
    }
    return staying;
  }

  async #judge(batches: AsyncIterable<MappedBatch>) {
    const sums = await TieSums.begin(this.context.run, SECTION_TIES.kinds);
    for await (const items of this.#losing(batches))
      for (const { stored, missing, stay, isKept, alone } of items) {
        sums.add(stored._id, missing, alone);
        if (!isKept && ROLES.some((role) => stay[role].length > 0)) sums.unreadable += 1;
      }
    const { account, run } = this.context;
    const here = { account: account._id, status: 'active', 'record.addedBy': { $ne: run.id } };
    const verdicts = await judgeTies(run, sums, {
      countHere: (role, enough) => countTies(Section.collection, here, SECTION_TIES.paths[role], enough),
      verdict: this.context.stale ? 'hold' : undefined,
    });
    return { sums, verdicts };
  }

  /** Those that lose somebody, in the order in which they are listed. */
  async *#losing(batches: AsyncIterable<MappedBatch>): AsyncGenerator<Losing[], void, undefined> {
    this.#watch.restart();
    const met = new IdSet();
    for await (const batch of batches) {
      const taken = batch.flatMap(({ mapped }) => (mapped.ok ? [mapped] : []));
      const wanted = taken.filter(({ record: { id } }) => this.#watch.losing.has(id) && met.add(id));
      const stored = await this.#read(wanted.map(({ record }) => record));
      const isHere = await this.#hereOf(
        wanted.map(({ record }) => record),
        stored,
        true,
      );
      const nobodyIn = wanted.filter(({ record: { fields } }) =>
        ROLES.some((role) => !this.#holdsAnybody(role, tiesOf(fields), isHere)),
      );
      const booked = await findBookedSections(
        this.context.account._id,
        nobodyIn.flatMap(({ record: { id } }) => stored.get(id)?._id ?? []),
      );
      const items = wanted.flatMap(({ record, unsure = [] }) => {
        const before = stored.get(record.id);
        return before ? [this.#compare({ record, stored: before, unsure, isHere, booked })] : [];
      });
      if (items.length > 0) yield items;
    }
  }

  #compare({ record, stored, unsure, isHere, booked }: Compared): Losing {
    const [before, now] = [tiesOf(stored), tiesOf(record.fields)];
    const isKept = stored.record.keptFor === markOf(now);
    const all = new TieWatch().missing(before, now, isHere);
    const missing = this.#watch.missing(before, now, (role, id) => {
      return !isKept && !unsure.includes(role) && isHere(role, id);
    });
    const stayIn = (role: Role) => (isKept || unsure.includes(role) ? all[role] : []);
    const isAlone = (role: Role) =>
      !this.#holdsAnybody(role, now, isHere) &&
      isDoubtful(role, {
        missing: missing[role],
        isOfUnknown: now[role].length > 0,
        isBooked: booked.has(stored._id.toHexString()),
      });
    return {
      record,
      stored,
      isKept,
      alone: { students: isAlone('students'), teachers: isAlone('teachers') },
      missing,
      stay: { students: stayIn('students'), teachers: stayIn('teachers') },
      isKnown: (role, id) => this.#isKnown(role, id, isHere),
    };
  }

  /** Of the people that the source tells of in a list, one is here or comes. */
  #holdsAnybody(role: Role, now: Ties, isHere: IsHere): boolean {
    return now[role].some((id) => this.#isKnown(role, id, isHere));
  }

  #isKnown(role: Role, id: string, isHere: IsHere): boolean {
    return isHere(role, id) || this.#places.here.has(id);
  }

  /**
   * Asks at once who was here before this run, of all whom these sections lose, and is so by what this delivery says: a delivery of
   * changes alone does not speak of those who left earlier.
   * @param withTold and of those whom the source tells of
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

  #heldIn({ stored, alone, missing }: Losing, role: Role, verdicts: Record<Role, TieVerdict>): string[] {
    const list = { target: stored._id, missing: missing[role], alone: alone[role] };
    return heldIn(this.context.run, verdicts[role], list);
  }

  #keptIn(item: Losing, role: Role, verdicts: Record<Role, TieVerdict>): string[] {
    return [...item.stay[role], ...this.#heldIn(item, role, verdicts)];
  }

  async #write(items: Losing[], verdicts: Record<Role, TieVerdict>): Promise<void> {
    const { run } = this.context;
    const held: HeldTies[] = [];
    const records = items.map((item) => {
      const { record, stored, isKept } = item;
      const kept = (role: Role) => this.#keptIn(item, role, verdicts);
      const fields = {
        ...record.fields,
        teacherIds: withTeachers(record.fields.teacherIds, stored.teacherIds, kept('teachers'), (id) =>
          item.isKnown('teachers', id),
        ),
        studentIds: [...record.fields.studentIds, ...kept('students')].sort(),
      };
      const heldIn = (role: Role) => new Set(this.#heldIn(item, role, verdicts));
      held.push({
        target: stored._id,
        sourceId: record.id,
        name: fields.name,
        held: { students: heldIn('students'), teachers: heldIn('teachers') },
        stored: { students: fields.studentIds, teachers: fields.teacherIds },
        told: tiesOf(record.fields),
      });
      const mark = isKept && stored.record.keptFor ? { keptFor: stored.record.keptFor } : {};
      const moved = hasMoved(item) ? { movedFor: markOf(tiesOf(fields)) } : {};
      return { ...rosterRecord(record.id, fields), ...mark, ...moved };
    });
    await applyRecords(run, SECTIONS, 'section', records);
    await holdTies(run, SECTION_TIES, held, this.context.stale === true);
    await run.step();
  }

  async #read(records: readonly SectionRecord[]): Promise<Map<string, Stored>> {
    if (records.length === 0) return new Map();
    const found = await Section.find(
      {
        account: this.context.account._id,
        'record.id': { $in: records.map(({ id }) => id) },
        status: 'active',
      },
      { record: 1, teacherIds: 1, studentIds: 1 },
    ).lean<Stored[]>();
    return new Map(found.map((section) => [section.record.id, section]));
  }
}

/** Of one of its lists nobody is left, and all of them are in other sections instead. */
function hasMoved({ record, stored, missing, stay, isKnown }: Losing): boolean {
  const [was, now] = [tiesOf(stored), tiesOf(record.fields)];
  return ROLES.some(
    (role) =>
      was[role].length > 0 &&
      missing[role].length + stay[role].length === 0 &&
      !now[role].some((id) => isKnown(role, id)),
  );
}

function tiesOf({ studentIds, teacherIds }: Pick<RosterSection, 'studentIds' | 'teacherIds'>): Ties {
  return { students: studentIds, teachers: teacherIds };
}
