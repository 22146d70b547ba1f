import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { byRole, NO_TIES, ROLES, TieWatch, type IsHere, type Role, type Ties } from './compare-ties.js';
import { countTies } from './count-ties.js';
import { noteHeldTies, type WrittenTies } from './hold-ties.js';
import { heldIn, judgeTies, TieSums, type TieVerdict } from './judge-ties.js';
import type { Collection } from './read-changes.js';
import type { Removals } from './take-removals.js';
import type { TieKinds } from './tie-kinds.js';

/** Whose lists of students and teachers are guarded. */
export interface GuardedTies {
  /** What one of them is called in the changes of a run. */
  kind: 'section' | 'class';
  ties: TieKinds;
  collection: Collection;
  /** Those that were here before the run. */
  here: Record<string, unknown>;
  verdict: Removals['verdict'];
}

/** A section or class that loses somebody who is here. */
export interface Losing {
  target: Types.ObjectId;
  /** Those who have not moved to another one. */
  missing: Record<Role, string[]>;
  /** Those who stay in any case: the list could not be read, or somebody said so. */
  stay: Record<Role, string[]>;
  /** A person looks at the list however few it loses. */
  alone: Record<Role, boolean>;
}

/**
 * The guard over who is in sections or classes. Those that lose nobody pass at once; the others wait until all were seen, as only then it
 * is known who has moved to another one, and how many are missing in all. Then they are judged, and written with those who stay.
 */
export class TieGuard {
  readonly #watch = new TieWatch();
  #sums: TieSums | undefined;
  #verdicts: Record<Role, TieVerdict> | undefined;

  private constructor(
    private readonly run: ActiveRun,
    private readonly of: GuardedTies,
  ) {}

  static async open(run: ActiveRun, of: GuardedTies): Promise<TieGuard> {
    const guard = new TieGuard(run, of);
    if (run.again) await guard.#recall();
    return guard;
  }

  /** Whether one of them loses nobody who is here. @param before absent: it was not here @param isNew by this run, or its first try */
  passes(key: string, before: Ties | undefined, now: Ties, isHere: IsHere, isNew: boolean): boolean {
    if (before) return !this.#watch.look(key, before, now, isHere);
    if (isNew) this.#watch.gain(key, NO_TIES, now);
    return true;
  }

  /** Whether any waits. */
  get isAsked(): boolean {
    return this.#watch.losing.size > 0;
  }

  waits(key: string): boolean {
    return this.#watch.losing.has(key);
  }

  /** Begins another walk over those that wait, in the same order as any other. */
  restart(): void {
    this.#watch.restart();
  }

  /** Of whom one of them loses, those who have not moved to another one. To be asked once a walk. */
  missing(before: Ties, now: Ties, isHere: IsHere): Record<Role, string[]> {
    return this.#watch.missing(before, now, isHere);
  }

  /** Judges those that wait. @returns whether a person has to look at some */
  async judge(waiting: AsyncIterable<readonly Losing[]>): Promise<boolean> {
    const sums = await TieSums.begin(this.run, this.of.ties.kinds);
    for await (const items of waiting) for (const item of items) sums.add(item);
    const { ties, collection, here, verdict } = this.of;
    const among = { ...here, status: 'active' };
    const verdicts = await judgeTies(this.run, sums, {
      countHere: (role, enough) => countTies(collection, among, ties.paths[role], enough),
      verdict,
    });
    [this.#sums, this.#verdicts] = [sums, verdicts];
    return ROLES.some((role) => verdicts[role].why !== undefined);
  }

  /** Counts those who are let go, and says plainly why the others wait. */
  report(): void {
    const { preview } = this.run;
    for (const role of ROLES) {
      const { held = 0, here = 0, why } = this.#verdicts?.[role] ?? {};
      const kind = this.of.ties.kinds[role];
      const gone = (this.#sums?.missing[role] ?? 0) - (preview ? 0 : held);
      if (gone > 0) this.run.count(kind, 'removed', gone);
      if (why) this.run.warn({ code: preview ? 'would be held' : 'held', kind, gone: held, here, why });
    }
  }

  /** Who stays in one of them though the source lacks them there. */
  staying(item: Losing): Record<Role, string[]> {
    return byRole((role) => [...item.stay[role], ...this.#heldIn(item, role)]);
  }

  /** Notes what waits for a person in those that are written now. */
  async hold(written: readonly (WrittenTies & { item: Losing })[]): Promise<void> {
    await noteHeldTies(
      this.run,
      this.of.ties,
      written.map(({ item, ...of }) => ({
        ...of,
        target: item.target,
        held: byRole((role) => new Set(this.#heldIn(item, role))),
      })),
      this.of.verdict === 'hold',
    );
  }

  #heldIn(item: Losing, role: Role): string[] {
    const verdict = this.#verdicts?.[role];
    return verdict ? heldIn(this.run, role, verdict, item) : [];
  }

  /** Notes who came in by the run's first try. */
  async #recall(): Promise<void> {
    const { kind, ties } = this.of;
    const rows = RosterChange.find({ run: this.run.id, kind, state: 'applied' }, { sourceId: 1, fields: 1 });
    for await (const { sourceId, fields } of rows.lean().cursor()) {
      const listOf = (role: Role, side: 'before' | 'after') =>
        ((fields.find(({ path }) => path === ties.paths[role])?.[side] ?? []) as unknown[]).map(String);
      this.#watch.gain(
        sourceId,
        byRole((role) => listOf(role, 'before')),
        byRole((role) => listOf(role, 'after')),
      );
    }
  }
}
