import type { LoggedIn } from '../../../server/scratch/make-sessions.js';
import { fieldsOf } from '../permissions/addresses.js';
import type { Place } from '../permissions/place.js';
import type { Fields } from './watch-fields.js';

/** Names that fields of our forms have, beside those that `fieldsOf` knows a value for. */
const MORE_NAMES =
  `accountName allowed barcode breakMinutes cancelHoursBefore capacity change cleverSchool clientId clientSecret code color linkName schoolFee once toLevel currentPassword newPassword
  families firstPercent firstMinutes restMinutes perChild planPercent pace act bookedSubject bookedText cancelledText communityId data date day days description district eachHousehold elsewhere email format from gapMinutes goer id inARow intent kept kind kinds meet member message minutes month
  new next note number resource waitlistMinutes officeEmail officePhone one only opensAt closesAt password perHousehold perStudent perTeacherAndDay perStudentAndTeacher place pairs page q reason reminders replyTo room seen siblings size state
  staffAnytime stop stopHoursBefore template term terms timeZone to together token twoAtOnce typed understood until user values was who whole year`.split(
    /\s+/,
  );
/** Read as numbers, whatever the type of their schema. */
const NUMBERS =
  `allowed capacity hour gapMinutes minutes breakMinutes perHousehold day month year page size stopHoursBefore families firstPercent firstMinutes restMinutes perChild planPercent pace earlyMinutes earlyChildren walkRooms walkSchools waitlistMinutes`.split(
    ' ',
  );
/** Read as lists, whatever the type of their schema. */
const LISTS = [
  'fields',
  'ids',
  'resources',
  'students',
  'schools',
  'terms',
  'term',
  'days',
  'kinds',
  'pairs',
];

/** Worst cases of what reads a field: regexes, numbers, trimming, broken percent signs. */
const PATTERNS: Record<string, (length: number) => string> = {
  letters: (length) => 'x'.repeat(length),
  digits: (length) => `1${'0'.repeat(Math.max(0, length - 4))}1e1`,
  spaces: (length) => `a${'+'.repeat(Math.max(0, length - 2))}a`,
  controls: (length) => `a${'%00'.repeat(Math.max(0, Math.floor((length - 2) / 3)))}a`,
  percent: (length) => '%'.repeat(length),
  garbage: (length) => '%f0%9f'.repeat(Math.floor(length / 6)),
  addresses: (length) => `a@${'a.'.repeat(Math.max(0, Math.floor((length - 2) / 2)))}`,
  brackets: (length) => '[a]'.repeat(Math.floor(length / 3)),
};

/** What it is called, and itself. */
export type Body = [name: string, body: string];

export interface Sender {
  who: string;
  login: LoggedIn;
  bytes: number;
  fields: number;
}

/** The largest bodies that are accepted, with the ids of a place. */
export class LargestBodies {
  readonly #made = new Map<string, Body[]>();

  constructor(private readonly place: Place) {}

  /** A body of the usual fields, rightly filled in, but for one. */
  #goodBut(name = ''): string {
    const known = { ...fieldsOf(this.place), email: 'x@example.org', password: 'x'.repeat(12) };
    return Object.entries(known)
      .filter(([key]) => key !== name)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join('&');
  }

  /** The worst bodies of the largest size, the same for many addresses. */
  bodiesFor(sender: Sender, isLong: boolean, isRead: boolean): Body[] {
    const key = [sender.who, isLong, isRead].join(' ');
    const bodies = this.#made.get(key) ?? this.#makeBodies(sender, isLong, isRead);
    this.#made.set(key, bodies);
    return bodies;
  }

  #makeBodies(sender: Sender, isLong: boolean, isRead: boolean): Body[] {
    const { bytes, fields } = sizeOf(sender, isLong);
    const names = [...new Set([...Object.keys(fieldsOf(this.place)), 'email', 'password', ...MORE_NAMES])];
    const token = tokenOf(sender);
    const room = bytes - token.length - 10;
    const bodies: Body[] = [];
    // The token comes first, so that they get past it.
    const add = (what: string, parts: string) => bodies.push([what, `${token}&${parts}`.slice(0, bytes)]);
    add('many keys', Array.from({ length: fields - 1 }, (_, n) => `k${n}=1`).join('&'));
    add('many numbers', Array.from({ length: fields - 1 }, (_, n) => `${n * 7919}=1`).join('&'));
    add(
      'types',
      Array.from({ length: fields - 1 }, (_, n) => `type-${n.toString(16).padStart(24, '0')}=x`).join('&'),
    );
    add('signs', '&'.repeat(fields - 2));
    if (!isRead) return bodies;
    for (const [what, make] of Object.entries(PATTERNS)) {
      const each = Math.floor(room / names.length) - 30;
      add(`${what} everywhere`, names.map((name) => `${name}=${make(each)}`).join('&'));
    }
    return bodies;
  }

  /** Lists of the largest size under those of the names under which an address reads a list. */
  listsFor(sender: Sender, isLong: boolean, read: Fields): Body[] {
    const { bytes, fields } = sizeOf(sender, isLong);
    const token = tokenOf(sender);
    return namesOf(read, 'array', LISTS).flatMap((name): Body[] => {
      const others = this.#goodBut(name);
      const room = bytes - token.length - others.length - 10;
      const count = Math.min(
        fields - 1 - others.split('&').length,
        Math.floor(room / (encodeURIComponent(name).length + 26)),
      );
      const list = (valueOf: (n: number) => string) =>
        [token, others, ...Array.from({ length: count }, (_, n) => `${name}=${valueOf(n)}`)].join('&');
      return [
        [`${name} at most`, list((n) => n.toString(16).padStart(24, '0'))],
        [`${name} of one`, list(() => 'x')],
      ];
    });
  }

  /** The token and one number of the largest size, under each name under which an address reads a number. */
  numbersFor(sender: Sender, read: Fields): Body[] {
    return namesOf(read, 'number', NUMBERS).map((name) => {
      const head = `${tokenOf(sender)}&${name}=`;
      return [name, head + PATTERNS.digits!(sender.bytes - head.length)];
    });
  }

  /** The usual fields, rightly filled in, with the token. */
  good(sender: Sender): string {
    return `${tokenOf(sender)}&${this.#goodBut()}`;
  }
}

const tokenOf = ({ login }: Sender) => `_csrf=${login.csrf}`;

/** The most that a form may be. */
const sizeOf = ({ bytes, fields }: Sender, isLong: boolean) =>
  isLong ? { bytes: 300_000, fields: 6_000 } : { bytes, fields };

/** The names of the fields that are of this type, and of those that are known to be. */
function namesOf(read: Fields, type: string, known: readonly string[]): string[] {
  return [...read].flatMap(([name, types]) => (types.has(type) || known.includes(name) ? [name] : []));
}
