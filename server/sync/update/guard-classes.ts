import { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
import { byRole, lostOf, ROLES, type IsHere, type Role, type Ties } from '../../runs/changes/compare-ties.js';
import { TieGuard, type Losing } from '../../runs/changes/guard-ties.js';
import { markOf } from '../../runs/changes/withhold-ties.js';
import { isDoubtful } from '../../runs/changes/judge-ties.js';
import type { Removals } from '../../runs/changes/take-removals.js';
import { CLASS_TIES } from '../../runs/changes/tie-kinds.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { DerivedClass } from './derive-classes.js';
import type { KnownClass } from './diff-classes.js';
import type { SeenLosses } from './find-seen.js';
import { findBooked } from '../../roster/people/find-booked.js';
import { withStaying, type People } from './keep-members.js';
import type { Mirror } from './mirror.js';

/** A class that loses somebody who is here. */
interface LosingClass extends Losing {
  item: DerivedClass;
  known: KnownClass;
}

/** A compared batch of classes: what they should be, and what is stored. */
export interface ComparedBatch {
  wanted: readonly DerivedClass[];
  /** By section, as is `before`. */
  known: ReadonlyMap<string, KnownClass>;
  before: ReadonlyMap<string, People>;
}

/**
 * Guards who is in an event's classes (`TieGuard`), as the mirror's guard does for its sections: the event may take a small part of the
 * account. It also withholds changes that would leave a class without students or teachers (`isDoubtful`).
 */
export class ClassGuard {
  private constructor(
    private readonly run: ActiveRun,
    private readonly event: Event,
    private readonly mirror: Pick<Mirror, 'here' | 'people'>,
    private readonly guard: TieGuard,
    private readonly seen: SeenLosses,
  ) {}

  /**
   * @param verdict `let go`: a person has chosen what the event takes
   * @param seen whom a person has seen leave sections, and let go
   */
  static async open(
    run: ActiveRun,
    event: Event,
    mirror: Pick<Mirror, 'here' | 'people'>,
    verdict: Removals['verdict'],
    seen: SeenLosses,
  ): Promise<ClassGuard> {
    const guard = await TieGuard.open(run, {
      kind: 'class',
      ties: CLASS_TIES,
      collection: Class.collection,
      here: { event: event._id, section: { $type: 'objectId' }, addedBy: { $ne: run.id } },
      verdict,
    });
    return new ClassGuard(run, event, mirror, guard, seen);
  }

  /** The classes of a batch that lose nobody; the others wait for `writeOthers`. */
  async pass({ wanted, known, before }: ComparedBatch): Promise<DerivedClass[]> {
    if (this.guard.isFirst && before.size === 0) return [...wanted];
    const isHere = await this.#hereOf(wanted, before);
    return wanted.filter((item) => {
      const key = item.section.toHexString();
      const { status, synced, addedBy } = known.get(key) ?? {};
      const people = status === 'active' ? before.get(key) : undefined;
      const isNew =
        status !== 'active' || addedBy?.equals(this.run.id) === true || synced?.hash !== item.synced.hash;
      return this.guard.passes(key, people && tiesOf(people), tiesOf(item.synced), isHere, isNew);
    });
  }

  /**
   * Judges the classes that lose somebody.
   * @param batches the event's classes once more, in the same order
   * @param write writes a batch, with the people who stay in each class, by section
   */
  async writeOthers(
    batches: () => AsyncIterable<ComparedBatch>,
    write: (
      items: DerivedClass[],
      staying: ReadonlyMap<string, ReadonlySet<string>>,
    ) => Promise<DerivedClass[]>,
  ): Promise<void> {
    if (!this.guard.isAsked) return;
    await this.guard.judge(this.#losing(batches()));
    this.guard.report();
    for await (const items of this.#losing(batches())) {
      const staying = new Map(
        items.map((one) => {
          const { students, teachers } = this.guard.staying(one);
          return [one.item.section.toHexString(), new Set([...students, ...teachers])];
        }),
      );
      const written = await write(
        items.map(({ item, stay, known }) => {
          const isKept = ROLES.some((role) => stay[role].length > 0);
          return isKept && known.keptFor ? { ...item, keptFor: known.keptFor } : item;
        }),
        staying,
      );
      await this.#withhold(items, written);
    }
  }

  /** The classes that lose somebody, in the order of the classes. */
  async *#losing(batches: AsyncIterable<ComparedBatch>): AsyncGenerator<LosingClass[], void, undefined> {
    this.guard.restart();
    for await (const { wanted, known, before } of batches) {
      const waiting = wanted.filter(({ section }) => this.guard.waits(section.toHexString()));
      if (waiting.length === 0) continue;
      const isHere = await this.#hereOf(waiting, before);
      const booked = await this.#bookedOf(waiting, known, before);
      const wasSeen = await this.#seenOf(waiting);
      const items = waiting.flatMap((item): LosingClass[] => {
        const key = item.section.toHexString();
        const [of, people] = [known.get(key), before.get(key)];
        if (!of || !people) return [];
        const [was, now] = [tiesOf(people), tiesOf(item.synced)];
        const isKept = of.keptFor !== undefined && of.keptFor === markOf(now);
        const lost = isKept ? NOBODY : this.guard.missing(was, now, isHere);
        const missing = byRole((role) => lost[role].filter((id) => !wasSeen(key, role, id)));
        const seen = byRole((role) => lost[role].length - missing[role].length);
        const stay = isKept ? byRole((role) => lostOf(role, was, now, isHere)) : NOBODY;
        const alone = aloneOf(item, missing, booked.has(of._id.toHexString()));
        return [{ target: of._id, item, known: of, missing, stay, alone, seen }];
      });
      if (items.length > 0) yield items;
    }
  }

  async #withhold(items: readonly LosingClass[], written: readonly DerivedClass[]): Promise<void> {
    const after = new Map(written.map((item) => [item.section.toHexString(), item.synced]));
    await this.guard.withhold(
      items.flatMap((one) => {
        const sourceId = one.item.section.toHexString();
        const synced = after.get(sourceId);
        return synced
          ? [{ item: one, sourceId, name: synced.name, stored: synced, told: tiesOf(one.item.synced) }]
          : [];
      }),
    );
  }

  /** Whether a person has seen somebody (hex id) leave a section of the batch, and let them go. */
  async #seenOf(
    wanted: readonly DerivedClass[],
  ): Promise<(section: string, role: Role, id: string) => boolean> {
    const lost = wanted.flatMap(({ section }) => {
      const key = section.toHexString();
      const seen = this.seen.get(key);
      return seen ? [{ key, seen }] : [];
    });
    if (lost.length === 0) return () => false;
    const people = await this.mirror.people([
      ...new Set(lost.flatMap(({ seen }) => ROLES.flatMap((role) => seen[role]))),
    ]);
    const bySection = new Map(
      lost.map(({ key, seen }) => [
        key,
        byRole((role) => new Set(seen[role].map((id) => people.get(id)?.toHexString()))),
      ]),
    );
    return (section, role, id) => bySection.get(section)?.[role].has(id) === true;
  }

  /** Looks up, in one query, which of the people whom the batch loses are here. */
  async #hereOf(wanted: readonly DerivedClass[], before: ReadonlyMap<string, People>): Promise<IsHere> {
    const lost = new Set<string>();
    for (const { section, synced } of wanted) {
      const people = before.get(section.toHexString());
      if (!people) continue;
      const [was, now] = [tiesOf(people), tiesOf(synced)];
      for (const role of ROLES) for (const id of lostOf(role, was, now, () => true)) lost.add(id);
    }
    if (lost.size === 0) return () => false;
    const here = await this.mirror.here([...lost].map((id) => new Types.ObjectId(id)));
    return (_, id) => here.has(id);
  }

  /** Which of these classes would have no students or teachers left and have appointments. */
  async #bookedOf(
    wanted: readonly DerivedClass[],
    known: ReadonlyMap<string, KnownClass>,
    before: ReadonlyMap<string, People>,
  ): Promise<Set<string>> {
    const emptied = wanted.filter(({ synced }) => ROLES.some((role) => synced[role].length === 0));
    return findBooked(
      emptied.flatMap(({ section }) => {
        const key = section.toHexString();
        const [of, people] = [known.get(key), before.get(key)];
        return of && people ? [{ _id: of._id, section, event: this.event._id, synced: people }] : [];
      }),
    );
  }
}

/** The classes with those of their earlier people who stay. @param staying hex ids, by section */
export function letStay(
  wanted: readonly DerivedClass[],
  before: ReadonlyMap<string, People>,
  staying: ReadonlyMap<string, ReadonlySet<string>>,
): DerivedClass[] {
  return wanted.map((item) => {
    const key = item.section.toHexString();
    const [people, ids] = [before.get(key), staying.get(key)];
    return people && ids?.size ? { ...item, synced: withStaying(item.synced, people, ids) } : item;
  });
}

const NOBODY = byRole((): string[] => []);

/** A list that would be left empty is shown to a person, however few people it had, unless the account's roster has settled it. */
function aloneOf(
  { synced, unknown, answered }: DerivedClass,
  missing: Losing['missing'],
  isBooked: boolean,
): Record<Role, boolean> {
  return byRole(
    (role) =>
      answered === undefined &&
      synced[role].length === 0 &&
      isDoubtful(role, { missing: missing[role], isOfUnknown: unknown[role].length > 0, isBooked }),
  );
}

function tiesOf({ students, teachers }: People): Ties {
  return { students: students.map(String), teachers: teachers.map(String) };
}
