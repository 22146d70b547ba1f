import { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { Event } from '../../models/event.js';
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
import type { Removals } from '../../runs/changes/take-removals.js';
import { CLASS_TIES } from '../../runs/changes/tie-kinds.js';
import type { HeldRun } from '../../runs/engine/hold-run.js';
import type { DesiredClass } from './desire-classes.js';
import type { KnownClass } from './diff-classes.js';
import { findBooked } from '../../roster/people/find-booked.js';
import { withStaying, type People } from './keep-staying.js';
import type { Mirror } from './mirror.js';

/** A class that loses somebody who is here. */
interface Losing {
  item: DesiredClass;
  known: KnownClass;
  before: People;
  /** Those who have not moved to another class. */
  missing: Record<Role, string[]>;
  /** Those who stay because somebody said so. */
  stay: Record<Role, string[]>;
  isBooked: boolean;
}

/** What was compared of a batch of classes: what they are to become, and what is stored of them. */
export interface ComparedBatch {
  wanted: readonly DesiredClass[];
  known: readonly KnownClass[];
  /** By section. */
  before: ReadonlyMap<string, People>;
}

/**
 * The guard over who is in an event's classes, as the one of the mirror (`SectionGuard`) over who is in its sections: the event may take
 * a small part of the account. It also holds what would leave a class without students or teachers (`isDoubtful`).
 */
export class ClassGuard {
  readonly #watch = new TieWatch();

  private constructor(
    private readonly run: HeldRun,
    private readonly event: Event,
    private readonly mirror: Pick<Mirror, 'here'>,
    private readonly verdict: Removals['verdict'],
  ) {}

  /** @param verdict `let go`: a person has chosen or seen what leaves */
  static async open(
    run: HeldRun,
    event: Event,
    mirror: Pick<Mirror, 'here'>,
    verdict: Removals['verdict'],
  ): Promise<ClassGuard> {
    const guard = new ClassGuard(run, event, mirror, verdict);
    if (run.again) await recallTies(run, 'class', CLASS_TIES, guard.#watch);
    return guard;
  }

  /** Of a batch, those that lose nobody; the others wait for `settle`. */
  async pass({ wanted, known, before }: ComparedBatch): Promise<DesiredClass[]> {
    const stored = new Map(known.map((item) => [item.section.toHexString(), item]));
    const isHere = await this.#hereOf(wanted, before);
    return wanted.filter((item) => {
      const key = item.section.toHexString();
      const { status, synced, addedBy } = stored.get(key) ?? {};
      const people = status === 'active' ? before.get(key) : undefined;
      if (people) return !this.#watch.look(key, tiesOf(people), tiesOf(item.synced), isHere);
      const isNew = status !== 'active' || addedBy?.equals(this.run.id) === true;
      if (isNew || synced?.hash !== item.synced.hash) this.#watch.gain(key, NO_TIES, tiesOf(item.synced));
      return true;
    });
  }

  /**
   * Decides on those that lose somebody.
   * @param batches the event's classes once more, in the same order
   * @param write writes a batch, with those who stay in each class, by section
   */
  async settle(
    batches: () => AsyncIterable<ComparedBatch>,
    write: (
      items: DesiredClass[],
      staying: ReadonlyMap<string, ReadonlySet<string>>,
    ) => Promise<DesiredClass[]>,
  ): Promise<void> {
    if (this.#watch.losing.size === 0) return;
    const { run } = this;
    const here = {
      event: this.event._id,
      status: 'active',
      section: { $type: 'objectId' },
      addedBy: { $ne: run.id },
    };
    const sums = await TieSums.begin(run, CLASS_TIES.kinds);
    for await (const items of this.#losing(batches()))
      for (const one of items) sums.add(one.known._id, one.missing, aloneOf(one));
    const verdicts = await judgeTies(run, sums, {
      countHere: (role, enough) => countTies(Class.collection, here, CLASS_TIES.paths[role], enough),
      verdict: this.verdict,
    });
    tellTies(run, CLASS_TIES.kinds, sums.missing, verdicts);
    for await (const items of this.#losing(batches())) {
      const kept = (one: Losing, role: Role) => [...one.stay[role], ...this.#heldIn(one, role, verdicts)];
      const staying = new Map(
        items.map((one) => [
          one.item.section.toHexString(),
          new Set([...kept(one, 'students'), ...kept(one, 'teachers')]),
        ]),
      );
      const written = await write(
        items.map(({ item, stay, known }) => {
          const isKept = ROLES.some((role) => stay[role].length > 0);
          return isKept && known.keptFor ? { ...item, keptFor: known.keptFor } : item;
        }),
        staying,
      );
      await this.#hold(items, written, verdicts);
    }
  }

  /** Those that lose somebody, in the order of the classes. */
  async *#losing(batches: AsyncIterable<ComparedBatch>): AsyncGenerator<Losing[], void, undefined> {
    this.#watch.restart();
    for await (const { wanted, known, before } of batches) {
      const stored = new Map(known.map((item) => [item.section.toHexString(), item]));
      const waiting = wanted.filter(({ section }) => this.#watch.losing.has(section.toHexString()));
      if (waiting.length === 0) continue;
      const isHere = await this.#hereOf(waiting, before);
      const booked = await this.#bookedOf(waiting, stored, before);
      const items = waiting.flatMap((item): Losing[] => {
        const key = item.section.toHexString();
        const [of, people] = [stored.get(key), before.get(key)];
        if (!of || !people) return [];
        const [was, now] = [tiesOf(people), tiesOf(item.synced)];
        const isKept = of.keptFor !== undefined && of.keptFor === markOf(now);
        const all = new TieWatch().missing(was, now, isHere);
        return [
          {
            item,
            known: of,
            before: people,
            missing: isKept || item.settled === 'accepted' ? NOBODY : this.#watch.missing(was, now, isHere),
            stay: isKept ? all : NOBODY,
            isBooked: booked.has(of._id.toHexString()),
          },
        ];
      });
      if (items.length > 0) yield items;
    }
  }

  #heldIn(one: Losing, role: Role, verdicts: Record<Role, TieVerdict>): string[] {
    const list = { target: one.known._id, missing: one.missing[role], alone: aloneOf(one)[role] };
    return heldIn(this.run, verdicts[role], list);
  }

  async #hold(
    items: readonly Losing[],
    written: readonly DesiredClass[],
    verdicts: Record<Role, TieVerdict>,
  ): Promise<void> {
    const after = new Map(written.map((item) => [item.section.toHexString(), item.synced]));
    const held = items.flatMap((one): HeldTies[] => {
      const { item, known } = one;
      const sourceId = item.section.toHexString();
      const synced = after.get(sourceId);
      if (!synced) return [];
      const heldIn = (role: Role) => new Set(this.#heldIn(one, role, verdicts));
      return [
        {
          target: known._id,
          sourceId,
          name: synced.name,
          held: { students: heldIn('students'), teachers: heldIn('teachers') },
          stored: { students: synced.students, teachers: synced.teachers },
          told: tiesOf(item.synced),
        },
      ];
    });
    await holdTies(this.run, CLASS_TIES, held, false);
  }

  /** Asks for all whom the batch loses at once. */
  async #hereOf(wanted: readonly DesiredClass[], before: ReadonlyMap<string, People>): Promise<IsHere> {
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

  /** Of these classes, those that would have no students or teachers left and have appointments. */
  async #bookedOf(
    wanted: readonly DesiredClass[],
    stored: ReadonlyMap<string, KnownClass>,
    before: ReadonlyMap<string, People>,
  ): Promise<Set<string>> {
    const emptied = wanted.filter(({ synced }) => ROLES.some((role) => synced[role].length === 0));
    return findBooked(
      emptied.flatMap(({ section }) => {
        const [known, people] = [stored.get(section.toHexString()), before.get(section.toHexString())];
        return known && people ? [{ _id: known._id, section, event: this.event._id, synced: people }] : [];
      }),
    );
  }
}

/** Classes with those of before who stay in them. @param staying hex ids, by section */
export function letStay(
  wanted: readonly DesiredClass[],
  before: ReadonlyMap<string, People>,
  staying: ReadonlyMap<string, ReadonlySet<string>>,
): DesiredClass[] {
  return wanted.map((item) => {
    const key = item.section.toHexString();
    const [people, ids] = [before.get(key), staying.get(key)];
    return people && ids?.size ? { ...item, synced: withStaying(item.synced, people, ids) } : item;
  });
}

const NOBODY: Record<Role, string[]> = { students: [], teachers: [] };

/** A list that would have nobody left is looked at by a person, however few it had, unless the account's roster has settled it. */
function aloneOf({ item: { synced, unknown, settled }, missing, isBooked }: Losing): Record<Role, boolean> {
  const of = (role: Role) =>
    settled === undefined &&
    synced[role].length === 0 &&
    isDoubtful(role, { missing: missing[role], isOfUnknown: unknown[role].length > 0, isBooked });
  return { students: of('students'), teachers: of('teachers') };
}

function tiesOf({ students, teachers }: People): Ties {
  return { students: students.map(String), teachers: teachers.map(String) };
}
