import type { Types } from 'mongoose';
import type { Contact } from '../models/contact.js';
import type { MailingNumbers } from '../models/mailing.js';
import { searchKey } from '../models/search-key.js';

/** `searchKey` where somebody of the audience is looked for. */
export type Student = Pick<Contact, '_id' | 'firstName' | 'record'> & Partial<Pick<Contact, 'searchKey'>>;

/** Somebody who reads mail at an address. */
export interface Person {
  email: string;
  /** Several where the school has one address for several people. */
  names: string[];
  /** Places in the list of students. */
  children: Set<number>;
  /** Whose meetings they are told: more than one where an adult and somebody the office booked for share the address. */
  households: Map<string, Types.ObjectId>;
  /** It is a login's, which has one name: how the person calls themselves. */
  isLogin?: boolean;
}

/** An address with more children than this is an agency's or a placeholder: one family's children are no news for another. */
const MOST_CHILDREN = 15;
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/;

/** Who a mailing goes to: one mail an address, with the children whom its readers are guardians of. Grows with people, not with mails. */
export class Audience {
  private readonly found = new Map<string, Person>();
  private readonly blocked = new Set<string>();
  private readonly withheld = new Set<string>();

  /** @param others how many are written to for themselves, and not as somebody's guardian */
  constructor(
    readonly students: Student[],
    private readonly unsubscribed: Set<string>,
    private readonly others = 0,
  ) {}

  /** Nothing goes to this address. */
  block(email: string): void {
    this.blocked.add(addressOf(email));
  }

  /** Nothing of this student is told there. */
  withhold(email: string, student: number | undefined): void {
    if (student !== undefined) this.withheld.add(`${String(student)} ${addressOf(email)}`);
  }

  /**
   * Adds a reader; where that is no address, or no student of the list, nothing.
   * @param student `themselves`: who is written to as nobody's guardian
   * @param of the household whose meetings they are told; whether they are a login, which come first
   */
  add(
    email: string,
    name: string,
    student: number | undefined | 'themselves',
    of: { household?: Types.ObjectId; isLogin?: boolean } = {},
  ): void {
    const address = addressOf(email);
    if (student === undefined || !ADDRESS.test(address)) return;
    if (this.withheld.has(`${String(student)} ${address}`)) return;
    const none = { names: [], children: new Set<number>(), households: new Map<string, Types.ObjectId>() };
    const person: Person = this.found.get(address) ?? { email: address, ...none };
    this.found.set(address, person);
    const key = searchKey(name);
    if (key && !person.isLogin && !person.names.some((other) => searchKey(other) === key))
      person.names.push(name);
    if (student !== 'themselves') person.children.add(student);
    if (of.household) person.households.set(of.household.toHexString(), of.household);
    if (of.isLogin) person.isLogin = true;
  }

  /** Who gets a mail. */
  *people(): Generator<Person> {
    for (const person of this.found.values())
      if (this.isReachable(person) && !this.unsubscribed.has(person.email)) yield person;
  }

  /** Who would, but wants none. */
  *without(): Generator<Person> {
    for (const person of this.found.values())
      if (this.isReachable(person) && this.unsubscribed.has(person.email)) yield person;
  }

  numbers(): MailingNumbers {
    const reached = new Set<number>();
    const numbers = { people: 0, mails: 0, students: 0, unreached: 0, unsubscribed: 0 };
    for (const { names, children } of this.people()) {
      numbers.mails += 1;
      numbers.people += peopleAt(names);
      for (const child of children) reached.add(child);
    }
    for (const { names } of this.without()) numbers.unsubscribed += peopleAt(names);
    numbers.students = reached.size;
    // Who unsubscribed has an address.
    const { people, unsubscribed } = numbers;
    numbers.unreached =
      this.others > 0 ? this.others - people - unsubscribed : this.students.length - reached.size;
    return { ...numbers, unreached: Math.max(0, numbers.unreached) };
  }

  private isReachable({ email, children }: Person): boolean {
    return !this.blocked.has(email) && children.size <= MOST_CHILDREN;
  }
}

function addressOf(email: string): string {
  return email.trim().toLowerCase();
}

/** One at least reads mail at an address. */
function peopleAt(names: string[]): number {
  return Math.max(1, names.length);
}
