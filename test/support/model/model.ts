import { mustWithhold } from '../../../server/runs/changes/judge-removals.js';
import { sorted, type Facts, type Truth } from './truth.js';

/** One record as a run changed it; `before` is absent for a new one. */
export interface Entry {
  key: string;
  before?: Facts;
  after: Facts;
}

export interface Booking {
  id: string;
  section: string;
  student: string;
  teacher: string;
}

/**
 * What the roster and one event should contain, as plain maps by `kind id`: a record is `here` or `gone`, a class may be `deleted`. `kept`:
 * somebody said that it stays. The model has the rules and knows nothing about how they are carried out.
 */
export class Model {
  account = new Map<string, Facts>();
  event = new Map<string, Facts>();
  withheld = { account: new Set<string>(), event: new Set<string>() };
  bookings: Booking[] = [];
  /** What each run changed, for undo. */
  readonly journals = new Map<string, Entry[]>();

  /**
   * People and mirror become what the district has; ties to a student who stays although missing there stay too.
   * @param guard false: a person has looked at the removals
   */
  refresh({ here, own }: Truth, guard: boolean): Entry[] {
    const entries: Entry[] = [];
    const take = (isWanted: (key: string) => boolean) => {
      for (const [key, facts] of here) {
        if (!isWanted(key)) continue;
        const children = this.#withStaying(facts.children, this.account.get(key)?.children, ['student']);
        const ties: Facts = facts.children === undefined ? {} : { children };
        write(this.account, entries, key, { ...facts, ...ties, status: 'here', kept: '' });
      }
    };
    const later = (key: string) => /^(teacher|staff|guardian) /.test(key);
    take((key) => !later(key));
    for (const [kind, count] of Object.entries(own)) {
      if (count > 0) {
        if (!guard) forget(this.withheld.account, kind);
        const gone = (key: string) => !here.has(key);
        this.#remove(this.account, kind, gone, guard && this.withheld.account, entries);
      }
      if (kind === 'student') take(later);
    }
    return entries;
  }

  /** Classes and holders of slots become what the mirror says. */
  update(guard: boolean): Entry[] {
    const entries: Entry[] = [];
    const desired = new Set<string>();
    for (const [key, section] of this.account) {
      const [kind, id = ''] = key.split(' ');
      if (kind !== 'section' || section.status !== 'here') continue;
      desired.add(`class ${id}`);
      const item = this.event.get(`class ${id}`);
      const before = item?.status === 'gone' ? undefined : item;
      // A section that stays may name its people by former ids, so everybody who is here stays.
      const waits = section.kept === 'yes' || this.withheld.account.has(key);
      const together = (wanted = '', earlier = '') =>
        waits
          ? sorted([...this.#known(wanted).split(' '), ...this.#known(earlier).split(' ')])
          : this.#withStaying(this.#known(wanted), earlier);
      const people = {
        teachers: together(section.teachers, before?.teachers),
        students: together(section.students, before?.students),
      };
      const bare: Facts = !item || item.status === 'deleted' ? { edits: '{}', deleted: '' } : {};
      write(this.event, entries, `class ${id}`, { ...people, ...bare, status: 'here', kept: '' });
    }
    const withheld = guard && this.withheld.event;
    this.#remove(this.event, 'class', (key) => !desired.has(key), withheld, entries);
    for (const id of this.#teaching())
      if (id !== '') write(this.event, entries, `resource ${id}`, { status: 'here', kept: '' });
    this.#remove(this.event, 'resource', this.#teachesNothing(), withheld, entries);
    return entries;
  }

  /**
   * Withheld records go, or stay for good. With classes go the teachers who teach nothing else, unless they wait themselves.
   * @param keys of one of the two
   */
  settle(part: 'account' | 'event', keys: readonly string[], verdict: 'accept' | 'reject'): Entry[] {
    const entries: Entry[] = [];
    const records = this[part];
    for (const key of keys) {
      this.withheld[part].delete(key);
      const facts = records.get(key);
      if (facts?.status !== 'here') continue;
      if (verdict === 'accept') write(records, entries, key, { status: 'gone' });
      else records.set(key, { ...facts, kept: 'yes' });
    }
    if (part === 'event' && verdict === 'accept') {
      const teachesNothing = this.#teachesNothing();
      const goes = (key: string) => teachesNothing(key) && !this.withheld.event.has(key);
      this.#remove(this.event, 'resource', goes, false, entries);
    }
    return entries;
  }

  /** Every record that is still as the run left it becomes what it was before; new ones go, unless people have used them. */
  undo(part: 'account' | 'event', entries: readonly Entry[]): void {
    const records = this[part];
    for (const { key, before, after } of entries) {
      const facts = records.get(key);
      if (!facts) continue;
      if (before && Object.entries(after).every(([path, value]) => facts[path] === value))
        records.set(key, { ...facts, ...before });
      else if (!before && facts.status === 'here' && !this.#used(key, facts))
        records.set(key, { ...facts, status: 'gone' });
    }
  }

  classes(status: string): [string, Facts][] {
    return [...this.event].filter(([key, facts]) => key.startsWith('class ') && facts.status === status);
  }

  /** Whether the two share a class of the event. */
  together({ student, teacher }: Booking): boolean {
    return this.classes('here').some(
      ([, { teachers = '', students = '' }]) =>
        teachers.split(' ').includes(teacher) && students.split(' ').includes(student),
    );
  }

  /** The ids of everybody who teaches a class of the event. */
  #teaching(): Set<string> {
    return new Set(this.classes('here').flatMap(([, { teachers = '' }]) => teachers.split(' ')));
  }

  #teachesNothing(): (key: string) => boolean {
    const teaching = this.#teaching();
    return (key) => !teaching.has(key.split(' ')[1] ?? '');
  }

  #known(ids = ''): string {
    return sorted(
      ids
        .split(' ')
        .filter((id) => PEOPLE.some((kind) => this.account.get(`${kind} ${id}`)?.status === 'here')),
    );
  }

  /** The wanted ids, and former ids of people who stay although missing at the district: they are withheld, or somebody said so. */
  #withStaying(wanted = '', before = '', kinds = PEOPLE): string {
    const stays = (key: string) => {
      const facts = this.account.get(key);
      return facts?.status === 'here' && (facts.kept === 'yes' || this.withheld.account.has(key));
    };
    const staying = before.split(' ').filter((id) => kinds.some((kind) => stays(`${kind} ${id}`)));
    return sorted([...wanted.split(' '), ...staying]);
  }

  #used(key: string, { edits }: Facts): boolean {
    const [kind, id] = key.split(' ');
    return kind === 'class' && (edits !== '{}' || this.bookings.some(({ section }) => section === id));
  }

  #remove(
    records: Map<string, Facts>,
    kind: string,
    isGone: (key: string) => boolean,
    withheld: Set<string> | false,
    entries: Entry[],
  ): void {
    const here = [...records].filter(
      ([key, facts]) => key.startsWith(`${kind} `) && facts.status === 'here' && facts.kept === '',
    );
    const gone = here.map(([key]) => key).filter(isGone);
    const added = new Set(entries.filter(({ before }) => !before).map(({ key }) => key));
    const before = here.filter(([key]) => !added.has(key)).length;
    // What waits and is still missing keeps waiting, whatever came in meanwhile. Once a part of it is back, who is missed since is judged alone.
    const waiting = new Set(withheld ? [...withheld].filter((key) => key.startsWith(`${kind} `)) : []);
    if (withheld) forget(withheld, kind);
    const known = gone.filter((key) => waiting.has(key)).length;
    const isPartBack = known > 0 && known < waiting.size && gone.length < before;
    const all =
      mustWithhold(gone.length, before) && (!isPartBack || mustWithhold(gone.length - known, before));
    for (const key of gone)
      if (withheld && (all || waiting.has(key) || this.#hasStaying(key, records))) withheld.add(key);
      else write(records, entries, key, { status: 'gone' });
  }

  /** Guardians of students who stay wait with them. */
  #hasStaying(key: string, records: Map<string, Facts>): boolean {
    const isGuardian = records === this.account && key.startsWith('guardian ');
    return isGuardian && this.#withStaying('', records.get(key)?.children, ['student']) !== '';
  }
}

const PEOPLE = ['student', 'teacher', 'staff', 'guardian'];

function forget(withheld: Set<string>, kind: string): void {
  for (const key of [...withheld]) if (key.startsWith(`${kind} `)) withheld.delete(key);
}

/** Applies facts to a record and notes what that changed. */
function write(records: Map<string, Facts>, entries: Entry[], key: string, facts: Facts): void {
  const stored = records.get(key);
  const changed = Object.entries(facts).filter(([path, value]) => stored?.[path] !== value);
  if (changed.length === 0) return;
  const before = stored && Object.fromEntries(changed.map(([path]) => [path, stored[path] ?? '']));
  entries.push({ key, ...(before ? { before } : {}), after: Object.fromEntries(changed) });
  records.set(key, { ...stored, ...facts });
}
