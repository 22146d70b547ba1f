import { Contact } from '../../../server/models/contact.js';
import { Event } from '../../../server/models/event.js';
import { Section } from '../../../server/models/section.js';
import type { JsonObject } from '../../../server/sandbox/patch-object.js';
import type { TestDistrict } from './district.js';

type Draw = (bound: number) => number;

const LISTS = ['student', 'teacher', 'contact', 'section', 'term', 'event'] as const;
const NOBODY = ['0-nobody', '1-nobody'];

/** What happens in a night besides changed records: somebody gets a new id, lists are empty or missing, terms are lost or unknown. */
export class RandomNights {
  readonly #unshared = new Set<(typeof LISTS)[number]>();
  #isRenewed = false;

  constructor(private readonly district: TestDistrict) {}

  /** @returns what was done, in words */
  async change(draw: Draw): Promise<string[]> {
    const done: string[] = [];
    if (draw(3) === 0) done.push(await this.#renew(draw));
    if (draw(5) === 0) {
      const kind = LISTS[draw(LISTS.length)] ?? 'event';
      const how = draw(2) === 0 ? '403' : 'empty';
      this.district.sandbox.share(kind, how);
      this.#unshared.add(kind);
      done.push(`${kind}s are not shared (${how})`);
    }
    if (draw(4) === 0) done.push(await this.#chooseTerms(draw));
    if (draw(3) === 0) done.push(...this.#emptyLists(draw));
    if (draw(4) === 0) done.push(this.#loseTerms(draw));
    if (draw(6) === 0) done.push(this.#manyLeave(draw));
    if (draw(4) === 0) done.push(this.#splitClass(draw));
    return done;
  }

  /**
   * Whether events tell what a preview sees, which reads the lists. Events also tell who left a list that is not shared any more; they do
   * not tell about a person whom this class, not the district, has given another id.
   */
  get areToldByEvents(): boolean {
    return !this.#isRenewed && ![...this.#unshared].some((kind) => kind !== 'event');
  }

  /** Ends the night: the district shares everything again. */
  share(): void {
    this.#isRenewed = false;
    for (const kind of this.#unshared) this.district.sandbox.share(kind, 'shared');
    this.#unshared.clear();
  }

  /** People who were here under an id that the source no longer has come under another one; some sections still name the old one. */
  async #renew(draw: Draw): Promise<string> {
    const { account, sandbox } = this.district;
    const kind = draw(2) === 0 ? 'student' : 'teacher';
    const id = sandbox.idOf(kind, draw(kind === 'student' ? 60 : 8));
    const old = `old-${id}-${String(draw(1_000_000))}`;
    if (!sandbox.read(id)) return 'nobody under a new id';
    const found = await Contact.findOneAndUpdate(
      { account, 'record.id': id, status: 'active' },
      { $set: { 'record.id': old } },
    );
    if (!found) return 'nobody under a new id';
    this.#isRenewed = true;
    const path = kind === 'student' ? 'studentIds' : 'teacherIds';
    let named = 0;
    for (const section of await Section.find({ account, [path]: id }).lean()) {
      const list = section[path].map((one) => (one === id ? old : one));
      await Section.updateOne({ _id: section._id }, { $set: { [path]: list, 'record.hash': 'renewed' } });
      if (draw(2) === 0 || !sandbox.read(section.record.id)) continue;
      this.#patch(section.record.id, kind === 'student' ? { students: list } : teachers(list));
      named += 1;
    }
    return `${kind} ${id} is new, ${String(named)} sections name the old id`;
  }

  async #chooseTerms(draw: Draw): Promise<string> {
    const { event, sandbox } = this.district;
    const all = [0, 1, 2, 3, 4, 5].flatMap((index) => {
      const id = sandbox.idOf('term', index);
      const term = sandbox.read(id) as { name?: string; start_date?: string; end_date?: string } | null;
      return draw(3) === 0
        ? []
        : [{ id, name: term?.name ?? 'Term', start: term?.start_date ?? '', end: term?.end_date ?? '' }];
    });
    await Event.updateOne({ _id: event }, { $set: { 'sync.terms': all, 'sync.noTerm': draw(2) === 0 } });
    return `${String(all.length)} terms chosen`;
  }

  /** The people of classes come as an empty list, not at all, or with ids that nobody has. */
  #emptyLists(draw: Draw): string[] {
    return Array.from({ length: 1 + draw(3) }, () => {
      const id = this.district.sandbox.idOf('section', draw(40));
      const [name, list] = (
        [
          ['empty', []],
          ['null', null],
          ['of ids that nobody has', NOBODY],
          ['of one more whom nobody knows', ['0-nobody']],
        ] as const
      )[draw(4)] ?? ['empty', []];
      const isOfStudents = draw(2) === 0;
      const ids = list && [...list];
      this.#patch(id, isOfStudents ? { students: ids } : teachers(ids));
      return `the list of ${isOfStudents ? 'students' : 'teachers'} of ${id} is ${name}`;
    });
  }

  /** Sections name a term that does not exist, or one that cannot be read. */
  #loseTerms(draw: Draw): string {
    const term = ['ffffffffffffffffffffffff', { spoilt: true }, '', null][draw(4)] ?? null;
    const count = 1 + draw(4);
    for (let nth = 0; nth < count; nth += 1)
      this.#patch(this.district.sandbox.idOf('section', draw(40)), { term_id: term });
    return `${String(count)} sections have the term ${JSON.stringify(term)}`;
  }

  /** Some or all students of a class continue in another one. */
  #splitClass(draw: Draw): string {
    const { sandbox } = this.district;
    const [from, to] = [sandbox.idOf('section', draw(40)), sandbox.idOf('section', draw(40))];
    const listOf = (id: string) => (sandbox.read(id) as { students?: string[] } | null)?.students ?? [];
    const [stay, go] = [listOf(from), listOf(to)];
    if (from === to) return 'no class is split';
    const moving = stay.slice(draw(2) === 0 ? 0 : Math.ceil(stay.length / 2));
    this.#patch(from, { students: stay.filter((id) => !moving.includes(id)) });
    this.#patch(to, { students: [...new Set([...go, ...moving])] });
    return `${String(moving.length)} of ${from} go on in ${to}`;
  }

  /** So many leave that a person must look. */
  #manyLeave(draw: Draw): string {
    const { sandbox } = this.district;
    const first = draw(10);
    for (let index = first; index < first + 20; index += 1)
      sandbox.removeStudent(sandbox.idOf('student', index));
    return 'many students leave';
  }

  #patch(id: string, patch: JsonObject): void {
    if (this.district.sandbox.read(id)) this.district.sandbox.change(id, patch);
  }
}

function teachers(list: readonly string[] | null): JsonObject {
  return { teachers: list && [...list], teacher: list?.[0] ?? '' };
}
