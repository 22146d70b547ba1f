import { mustHold } from '../../../server/roster/changes/judge-removals.js';
import { sorted, type Facts, type Truth } from './truth.js';

/** One record as a run changed it; `before` is absent of a new one. */
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
 * What the roster and one event should hold, as plain maps by `kind id`: a record is `here` or `gone`, a class may be `deleted`.
 * `kept`: somebody said that it stays. It knows the rules and nothing of how they are carried out.
 */
export class Model {
  account = new Map<string, Facts>();
  event = new Map<string, Facts>();
  held = { account: new Set<string>(), event: new Set<string>() };
  bookings: Booking[] = [];
  /** What each run changed, for undo. */
  readonly journals = new Map<string, Entry[]>();

  /** People and mirror become what the district has. @param guard false: a person has looked at what goes */
  refresh({ here, own }: Truth, guard: boolean): Entry[] {
    const entries: Entry[] = [];
    for (const [key, facts] of here)
      write(this.account, entries, key, { ...facts, status: 'here', kept: '' });
    for (const [kind, count] of Object.entries(own)) {
      if (count === 0) continue;
      const gone = (key: string) => !here.has(key);
      this.#remove(this.account, kind, gone, guard && this.held.account, entries);
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
      const people = { teachers: this.#known(section.teachers), students: this.#known(section.students) };
      const item = this.event.get(`class ${id}`);
      const bare: Facts = !item || item.status === 'deleted' ? { edits: '{}', deleted: '' } : {};
      write(this.event, entries, `class ${id}`, { ...people, ...bare, status: 'here', kept: '' });
    }
    const held = guard && this.held.event;
    this.#remove(this.event, 'class', (key) => !desired.has(key), held, entries);
    const teaching = new Set(this.classes('here').flatMap(([, { teachers = '' }]) => teachers.split(' ')));
    for (const id of teaching)
      if (id !== '') write(this.event, entries, `resource ${id}`, { status: 'here', kept: '' });
    const gone = (key: string) => !teaching.has(key.split(' ')[1] ?? '');
    this.#remove(this.event, 'resource', gone, held, entries);
    return entries;
  }

  /** Held records go, or stay for good. @param keys of one of the two */
  settle(part: 'account' | 'event', keys: readonly string[], verdict: 'accept' | 'reject'): Entry[] {
    const entries: Entry[] = [];
    const records = this[part];
    for (const key of keys) {
      this.held[part].delete(key);
      const facts = records.get(key);
      if (facts?.status !== 'here') continue;
      if (verdict === 'accept') write(records, entries, key, { status: 'gone' });
      else records.set(key, { ...facts, kept: 'yes' });
    }
    return entries;
  }

  /** Every record that is still as the run left it becomes as it was; what is new goes, unless people have used it. */
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

  #known(ids = ''): string {
    return sorted(
      ids
        .split(' ')
        .filter((id) =>
          ['student', 'teacher', 'staff', 'guardian'].some(
            (kind) => this.account.get(`${kind} ${id}`)?.status === 'here',
          ),
        ),
    );
  }

  #used(key: string, { edits }: Facts): boolean {
    const [kind, id] = key.split(' ');
    return kind === 'class' && (edits !== '{}' || this.bookings.some(({ section }) => section === id));
  }

  #remove(
    records: Map<string, Facts>,
    kind: string,
    isGone: (key: string) => boolean,
    held: Set<string> | false,
    entries: Entry[],
  ): void {
    const here = [...records].filter(
      ([key, facts]) => key.startsWith(`${kind} `) && facts.status === 'here' && facts.kept === '',
    );
    const gone = here.map(([key]) => key).filter(isGone);
    const added = new Set(entries.filter(({ before }) => !before).map(({ key }) => key));
    const before = here.filter(([key]) => !added.has(key)).length;
    if (held) for (const key of [...held]) if (key.startsWith(`${kind} `)) held.delete(key);
    if (held && mustHold(gone.length, before)) gone.forEach((key) => held.add(key));
    else for (const key of gone) write(records, entries, key, { status: 'gone' });
  }
}

/** Lays facts over a record and notes what that changed. */
function write(records: Map<string, Facts>, entries: Entry[], key: string, facts: Facts): void {
  const stored = records.get(key);
  const changed = Object.entries(facts).filter(([path, value]) => stored?.[path] !== value);
  if (changed.length === 0) return;
  const before = stored && Object.fromEntries(changed.map(([path]) => [path, stored[path] ?? '']));
  entries.push({ key, ...(before ? { before } : {}), after: Object.fromEntries(changed) });
  records.set(key, { ...stored, ...facts });
}
