import type { Types } from 'mongoose';
import { Section } from '../../../server/models/section.js';
import type { JsonObject } from '../../../server/sandbox/patch-object.js';
import { makeEvent, termsOf, type TestDistrict } from './district.js';

export const LISTS = ['student', 'teacher', 'contact', 'section'] as const;
export const EMPTY = ['empty', 'null', 'missing', 'strangers'] as const;

/** What is wrong with a download. */
export interface Trouble {
  /** Lists in which one record does not say whom it is about. */
  spoilt: (typeof LISTS)[number][];
  /** Which ties are lost: those of all students, of all teachers, or of most students in a few classes. */
  ties: 'students' | 'teachers' | 'few' | 'none';
  /** How an empty list comes. */
  how: (typeof EMPTY)[number];
  /** A third of all guardians is missing. */
  guardians: boolean;
}

/** A district whose lists lose ties and have unreadable rows, and which is repaired again. */
export class TroubledSource {
  readonly #originals = new Map<string, JsonObject>();
  readonly #removed = new Set<string>();
  /** Record ids of the sections of a school that has few of them. */
  #few: string[] = [];

  constructor(private readonly district: TestDistrict) {}

  /**
   * Two events that are kept in sync: one with a small school, whose ties the event's own guard withholds, and one with the other schools.
   */
  async openEvents(): Promise<Types.ObjectId[]> {
    const { district } = this;
    await district.sync();
    const lists = await Section.find({ status: 'active', 'studentIds.1': { $exists: true } }).lean();
    const bySchool = district.schools.map((school) => lists.filter((one) => one.school.equals(school)));
    const few = bySchool.filter(({ length }) => length >= 10).sort((a, b) => a.length - b.length)[0] ?? [];
    this.#few = few.map(({ record }) => record.id);
    const isSmall = (school: Types.ObjectId) => few[0]?.school.equals(school) === true;
    const terms = termsOf(district.sandbox);
    const events: Types.ObjectId[] = [];
    for (const part of [true, false]) {
      const schools = district.schools.filter((school) => isSmall(school) === part);
      const event = await makeEvent(district.account, { on: true, schools, terms, noTerm: true });
      await district.sync(event);
      events.push(event);
    }
    return events;
  }

  async trouble({ spoilt, ties, how, guardians }: Trouble): Promise<void> {
    for (const [n, list] of LISTS.entries()) this.#spoil(list, n + 1, spoilt.includes(list));
    if (guardians) this.#removeGuardians();
    if (ties === 'few') await this.#loseFew();
    else if (ties !== 'none') await this.#loseAll(ties, how);
  }

  /** Repairs the district. */
  restore(): void {
    for (const id of this.#removed) this.district.sandbox.restore(id);
    for (const [id, original] of this.#originals) this.district.sandbox.change(id, original);
    this.#removed.clear();
    this.#originals.clear();
  }

  #spoil(list: (typeof LISTS)[number], index: number, isSpoilt: boolean): void {
    const id = this.district.sandbox.idOf(list, index);
    this.#change(id, { id: isSpoilt ? '' : id });
  }

  #removeGuardians(): void {
    const { sandbox } = this.district;
    for (let index = 0; index < 180; index += 3) {
      const id = sandbox.idOf('contact', index);
      if (!sandbox.read(id)) continue;
      sandbox.remove(id);
      this.#removed.add(id);
    }
  }

  async #loseAll(ties: 'students' | 'teachers', how: Trouble['how']): Promise<void> {
    const list = { empty: [], null: null, missing: undefined, strangers: ['0-nobody', '1-nobody'] }[how];
    for (const { record } of await Section.find({ status: 'active' }).lean())
      this.#change(record.id, ties === 'students' ? { students: list } : { teachers: list, teacher: '' });
  }

  /** Fewer than the account's guard asks about. */
  async #loseFew(): Promise<void> {
    const sections = await Section.find({ status: 'active' }, { studentIds: 1 }).lean();
    const all = sections.reduce((sum, { studentIds }) => sum + studentIds.length, 0);
    let left = Math.floor(all / 10) - 5;
    for (const id of this.#few) {
      const { students } = (this.district.sandbox.read(id) ?? {}) as { students?: unknown };
      if (!Array.isArray(students) || students.length < 2 || students.length - 1 > left) continue;
      this.#change(id, { students: students.slice(0, 1) as string[] });
      left -= students.length - 1;
    }
  }

  #change(id: string, patch: JsonObject): void {
    const { sandbox } = this.district;
    const now = sandbox.read(id);
    if (!now) return;
    const before = this.#originals.get(id) ?? {};
    const fresh = Object.keys(patch).filter((key) => !(key in before));
    this.#originals.set(id, { ...before, ...Object.fromEntries(fresh.map((key) => [key, now[key]])) });
    sandbox.change(id, patch);
  }
}
