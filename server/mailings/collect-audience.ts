import type { Types } from 'mongoose';
import type { Contact } from '../models/contact.js';
import type { MailingNumbers } from '../models/mailing.js';
import { searchKey } from '../models/search-key.js';

/** `searchKey` where somebody of the audience is looked for. */
export type Student = Pick<Contact, '_id' | 'firstName' | 'record'> & Partial<Pick<Contact, 'searchKey'>>;

/** Somebody who reads mail at an address. */
export interface Person {
  email: string;
  /** Several people, if the school has one address for them. */
  names: string[];
  /** Positions in the list of students. */
  children: Set<number>;
  /** The households whose meetings they are told: several if somebody for whom the office booked has an adult's address. */
  households: Map<string, Types.ObjectId>;
  /** It is a login's name, which has only one part: the person's own name for themselves. */
  isLogin?: boolean;
}

/** An address with more children than this belongs to an agency or is a placeholder: one family's children are no business of another. */
const MOST_CHILDREN = 15;
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/;

/** The recipients of a mailing: one mail per address, naming the children. It grows with people, not with mails. */
export class Audience {
  private readonly found = new Map<string, Person>();
  private readonly blocked = new Set<string>();
  private readonly withheld = new Set<string>();

  /** @param others how many people are addressed for themselves, and not as somebody's guardian */
  constructor(
    readonly students: Student[],
    private readonly unsubscribed: Set<string>,
    private readonly others = 0,
  ) {}

  /** No mail goes to this address. */
  block(email: string): void {
    this.blocked.add(addressOf(email));
  }

  /** This address is told nothing about this student. */
  withhold(email: string, student: number | undefined): void {
    if (student !== undefined) this.withheld.add(`${String(student)} ${addressOf(email)}`);
  }

  /**
   * Adds a reader, unless they have no address or their student is not in the list.
   * @param student `themselves`: they are not addressed as somebody's guardian
   * @param of the household whose meetings they are told, and whether it is a login, which comes first
   */
  add(
    email: string,
    name: string,
    student: number | undefined | 'themselves',
    of: { household?: Types.ObjectId; isLogin?: boolean } = {},
  ): void {
    const address = addressOf(email);
    if (student === undefined || !ADDRESS.test(address)) return;
    if (this.withheld.size > 0 && this.withheld.has(`${String(student)} ${address}`)) return;
    const person = this.found.get(address) ?? this.begin(address);
    if (!person.isLogin && !person.names.includes(name)) {
      const key = searchKey(name);
      if (key && !person.names.some((other) => searchKey(other) === key)) person.names.push(name);
    }
    if (student !== 'themselves') person.children.add(student);
    if (of.household) person.households.set(of.household.toHexString(), of.household);
    if (of.isLogin) person.isLogin = true;
  }

  private begin(email: string): Person {
    const person: Person = { email, names: [], children: new Set(), households: new Map() };
    this.found.set(email, person);
    return person;
  }

  /** The people who get a mail. */
  *people(): Generator<Person> {
    for (const person of this.found.values())
      if (this.isReachable(person) && !this.unsubscribed.has(person.email)) yield person;
  }

  /** The people who would get a mail but unsubscribed. */
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
    // Everybody who unsubscribed has an address.
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

/** At least one person reads mail at this address. */
function peopleAt(names: string[]): number {
  return Math.max(1, names.length);
}
