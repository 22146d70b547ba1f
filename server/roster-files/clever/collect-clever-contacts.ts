import type { CleverUser, StudentRelationship } from '../../clever/schema.js';
import { searchKey } from '../../models/search-key.js';
import { breathe, isDue } from '../../tables/breathe.js';
import { addOnce, childOf } from '../records/add-once.js';
import { pour, type Collected } from '../records/collect-objects.js';
import { RecordMap } from '../records/limit-records.js';
import { mergeObjects } from '../records/merge-objects.js';
import type { Reading, Row } from '../../tables/reading.js';
import { textIn, UNREAD } from '../records/keep-unread.js';
import { derivedId, recordId } from '../records/record-id.js';
import type { FromFile, KnownRoster, RosterSink, StoredGuardian } from '../records/roster-files.js';

/** How many students are looked up at once. */
const ASKED = 1000;

/** What one row says about a parent. */
interface Mention {
  file: string;
  line: number;
  name: string;
  email: string;
  phone: string;
  contact: FromFile<CleverUser>;
  tie: Tie;
}

interface Tie {
  student: string;
  relationship: string;
  type: string;
}

/** A parent whom rows name without an own id and without an address, with the children of all these rows. */
interface Waiting {
  mention: Mention;
  ties: Tie[];
}

/** Collects the parents in the rows of Clever's students.csv: one object for each parent, with all children whose rows name them. */
export class CleverContacts {
  readonly objects: Map<string, FromFile<CleverUser>>;
  readonly removed = new Set<string>();
  readonly leftOut = new Set<string>();

  /** Whether a row names a parent unreadably: it may be any parent who is here from before. */
  isDoubtful = false;

  /** Ids of parents without an own id, by name with address or telephone number. */
  readonly #reached = new Map<string, string>();
  /** Parents without an own id and without an address, by what identifies them: the name, with the telephone or the child. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(private readonly reading: Reading) {
    this.objects = new RecordMap(reading);
  }

  /** Adds the contact that a row names, if any; what several rows say of one is merged. */
  add(row: Row, student: string): void {
    const name = row.of('Contact_name');
    const email = row.of('Contact_email');
    const phone = row.of('Contact_phone');
    if (!name && !email && !phone) return;
    if (row.hasLost('Contact_name') || row.hasLost('Contact_sis_id')) this.isDoubtful = true;
    const mention = {
      ...{ file: row.file, line: row.line, name: name.toLowerCase(), email: email.toLowerCase() },
      ...{ phone: phone.replace(/\D/g, ''), contact: contactOf(row) },
      tie: { student, relationship: row.of('Contact_relationship'), type: row.of('Contact_type') },
    };
    const own = row.of('Contact_sis_id');
    if (own) this.#take(recordId('parent', own), mention);
    else if (email) this.#take(this.#idOf(mention), mention);
    else this.#wait(mention);
  }

  #wait(mention: Mention): void {
    const { name, phone, tie } = mention;
    const key = phone ? `phone ${phone} ${name}` : `child ${tie.student} ${name}`;
    const known = this.#waiting.get(key);
    if (!known) {
      this.reading.countRecord();
      this.#waiting.set(key, { mention, ties: [tie] });
      return;
    }
    this.#merge(known.mention.contact, mention);
    addTie(known.ties, tie);
  }

  /**
   * Gives ids to the parents without an own id and address, once all rows are read: the parent of that name and telephone in other rows,
   * else the one whom the account knows by them, else the guardian of that name whom the child already has. A lost address makes nobody
   * new.
   */
  async resolve(known: KnownRoster, students: Collected<CleverUser>): Promise<void> {
    const renamed = (tie: Tie): Tie => ({ ...tie, student: students.idOf(tie.student) });
    for (const contact of this.objects.values()) {
      if (isDue()) await breathe();
      const role = contact.roles?.contact;
      // Students may have been renamed since the rows were read.
      if (role && students.aliases.size > 0)
        role.student_relationships = role.student_relationships?.map((tie) => renamed(tie as Tie));
    }
    for (const batch of batchesOf(this.#waiting, ASKED)) {
      const waiting = batch.map(([, each]) => each);
      // What was taken is in one place alone.
      for (const [key] of batch) this.#waiting.delete(key);
      for (const each of waiting) {
        each.ties = each.ties.map(renamed);
        each.mention.tie = each.ties[0] ?? each.mention.tie;
      }
      const ids = waiting.map(({ mention }) => derivedOf(mention));
      const had = await known.ids('contacts', ids);
      const unknown = waiting.filter((_, at) => !had.has(ids[at] ?? ''));
      const guardians = guardiansByName(
        unknown.length > 0 ? await known.guardians(unknown.map(({ mention }) => mention.tie.student)) : [],
      );
      for (const [at, { mention, ties }] of waiting.entries()) {
        const isKnown = had.has(ids[at] ?? '');
        const before = isKnown ? undefined : guardians.get(nameAt(mention.tie.student, mention.name));
        this.reading.discountRecord();
        const contact = this.#take(this.#idOf(mention, before), mention);
        for (const tie of ties) relateTo(contact, tie);
      }
      this.reading.tellProgress();
      await breathe();
    }
  }

  /** Hands all parents over to the sink and releases them. @returns how many there are */
  async pour(sink: RosterSink): Promise<number> {
    const count = await pour(sink, 'contacts', this);
    this.objects.clear();
    this.#reached.clear();
    return count;
  }

  /**
   * The same name with the same email is one person, or with the same telephone if one of the rows has no email. A name alone is a person
   * of that child only.
   * @param before who the child's guardian of that name was
   */
  #idOf(mention: Mention, before?: string): string {
    const { name, email, phone } = mention;
    const byPhone = phone && this.#reached.get(`${name}|${phone}`);
    const id =
      (email && this.#reached.get(`${name}|${email}`)) ||
      (byPhone && (!email || !addressOf(this.objects.get(byPhone))) ? byPhone : '') ||
      before ||
      derivedOf(mention);
    for (const reached of [email, phone])
      if (reached && !this.#reached.has(`${name}|${reached}`)) this.#reached.set(`${name}|${reached}`, id);
    return id;
  }

  #take(id: string, mention: Mention): FromFile<CleverUser> {
    const fresh = mention.contact;
    fresh.id = id;
    const known = this.objects.get(id);
    const contact = known ?? fresh;
    this.objects.set(id, contact);
    if (known) this.#merge(known, mention);
    relateTo(contact, mention.tie);
    return contact;
  }

  /** Adds to a parent what another row says; contradictions are noted. */
  #merge(known: FromFile<CleverUser>, { file, line, contact: fresh }: Mention): void {
    const differing: string[] = [];
    mergeObjects(known, fresh, ['id'], differing);
    if (differing.length === 0) return;
    this.reading.note({ file, line }, 'Contact_name', {
      code: 'contact differs',
      ...{ cell: fresh.name?.last ?? '', differing },
    });
  }
}

/** The address of a parent, as far as it could be read. */
function addressOf(contact: Pick<CleverUser, 'email'> | undefined): string {
  return contact?.email === UNREAD ? '' : (contact?.email ?? '');
}

function derivedOf({ name, email, phone, tie }: Mention): string {
  return derivedId('parent', name, email || phone || tie.student);
}

function nameAt(student: string, name: string): string {
  return `${student}|${searchKey(name)}`;
}

/** Guardians by child and name; a name that two of them share identifies nobody. */
function guardiansByName(guardians: readonly StoredGuardian[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { id, student, name } of guardians) {
    const key = nameAt(student, name);
    found.set(key, found.has(key) && found.get(key) !== id ? '' : id);
  }
  return found;
}

function relateTo({ roles }: CleverUser, tie: Tie): void {
  addTie(roles?.contact?.student_relationships ?? [], tie);
}

function addTie(ties: StudentRelationship[], tie: Tie): void {
  const known = addOnce(ties, tie, childOf);
  if (known !== tie) mergeObjects(known, tie, [], []);
}

function* batchesOf<T>(all: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const each of all)
    if (batch.push(each) === size) {
      yield batch;
      batch = [];
    }
  if (batch.length > 0) yield batch;
}

/** Clever keeps a contact's whole name in the last name. */
function contactOf(row: Row): FromFile<CleverUser> {
  return {
    id: '',
    district: 'files',
    name: { last: row.of('Contact_name') },
    email: textIn(row, 'Contact_email'),
    roles: {
      contact: {
        sis_id: row.of('Contact_sis_id'),
        phone: row.of('Contact_phone'),
        phone_type: row.of('Contact_phone_type'),
        student_relationships: [],
      },
    },
  };
}
