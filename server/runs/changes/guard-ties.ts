import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { byRole, NO_TIES, ROLES, TieWatch, type IsHere, type Role, type Ties } from './compare-ties.js';
import { countTies } from './count-ties.js';
import { noteWithheldTies, type WrittenTies } from './withhold-ties.js';
import { withheldIn, judgeTies, TieSums, type TieVerdict } from './judge-ties.js';
import type { Collection } from './read-changes.js';
import type { Removals } from './take-removals.js';
import type { TieKinds } from './tie-kinds.js';

/** The sections or classes whose lists of students and teachers are guarded. */
export interface GuardedTies {
  /** What the changes of a run call them. */
  kind: 'section' | 'class';
  ties: TieKinds;
  collection: Collection;
  /** The filter for those that were here before the run. */
  here: Record<string, unknown>;
  verdict: Removals['verdict'];
}

/** A section or class that loses somebody who is here. */
export interface Losing {
  target: Types.ObjectId;
  /** The lost people who have not moved to another one, and whom nobody has seen leave. */
  missing: Record<Role, string[]>;
  /** The people who stay in any case: the list could not be read, or somebody decided so. */
  stay: Record<Role, string[]>;
  /** Whether a person must look at the list, however few it loses. */
  alone: Record<Role, boolean>;
  /** How many more it loses whom a person has seen leave it, and let go. */
  seen?: Record<Role, number>;
}

/**
 * Guards who is in sections or classes. Those that lose nobody pass at once. The others wait until all were seen: only then is it known who
 * has moved and how many are missing in all. Then they are judged, and written with the people who stay.
 */
export class TieGuard {
  readonly #watch = new TieWatch();
  #sums: TieSums | undefined;
  #verdicts: Record<Role, TieVerdict> | undefined;

  private constructor(
    private readonly run: ActiveRun,
    private readonly of: GuardedTies,
    /** Whether nothing was here before, so that nobody can be lost: it need not be known who joins. */
    readonly isFirst: boolean,
  ) {}

  static async open(run: ActiveRun, of: GuardedTies): Promise<TieGuard> {
    const active = { ...of.here, status: 'active' };
    const first = run.again ? undefined : await of.collection.findOne(active, { projection: { _id: 1 } });
    const guard = new TieGuard(run, of, first === null);
    if (run.again) await guard.#recall();
    return guard;
  }

  /**
   * Whether a section or class loses nobody who is here. @param before absent if it was not here @param isNew whether this run, or its
   * first try, added it
   */
  passes(key: string, before: Ties | undefined, now: Ties, isHere: IsHere, isNew: boolean): boolean {
    if (before) return !this.#watch.look(key, before, now, isHere);
    if (isNew) this.#watch.gain(key, NO_TIES, now);
    return true;
  }

  /** Whether any waits to be judged. */
  get isAsked(): boolean {
    return this.#watch.losing.size > 0;
  }

  waits(key: string): boolean {
    return this.#watch.losing.has(key);
  }

  /** Starts another pass over those that wait; it must go in the same order as the others. */
  restart(): void {
    this.#watch.restart();
  }

  /** Of the people that one of them loses, those who have not moved to another one. Ask once for each and pass. */
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

  /** Counts the people who are let go, and warns why the others wait. */
  report(): void {
    const { preview } = this.run;
    for (const role of ROLES) {
      const { withheld = 0, here = 0, why } = this.#verdicts?.[role] ?? {};
      const kind = this.of.ties.kinds[role];
      const unseen = (this.#sums?.missing[role] ?? 0) - (preview ? 0 : withheld);
      const gone = unseen + (this.#sums?.seen[role] ?? 0);
      if (gone > 0) this.run.count(kind, 'removed', gone);
      if (why)
        this.run.warn({ code: preview ? 'would be withheld' : 'withheld', kind, gone: withheld, here, why });
    }
  }

  /** Who stays in a section or class although the source lacks them there. */
  staying(item: Losing): Record<Role, string[]> {
    return byRole((role) => [...item.stay[role], ...this.#withheldIn(item, role)]);
  }

  /** Notes the people who wait in the sections or classes that are written now. */
  async withhold(written: readonly (WrittenTies & { item: Losing })[]): Promise<void> {
    await noteWithheldTies(
      this.run,
      this.of.ties,
      written.map(({ item, ...of }) => ({
        ...of,
        target: item.target,
        withheld: byRole((role) => new Set(this.#withheldIn(item, role))),
      })),
      this.of.verdict === 'withhold',
    );
  }

  #withheldIn(item: Losing, role: Role): string[] {
    const verdict = this.#verdicts?.[role];
    return verdict ? withheldIn(this.run, role, verdict, item) : [];
  }

  /** Notes the people whom the run's first try added. */
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
