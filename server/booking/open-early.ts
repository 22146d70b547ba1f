import type { Types } from 'mongoose';
import { isMeetable } from '../models/class.js';
import { Contact, isGuardian, recordIds } from '../models/contact.js';
import { USUAL_EARLY, type Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import type { ChildProof, Household, HouseholdChild } from '../models/household.js';
import { User } from '../models/user.js';
import { classesOf } from './find-classes.js';

const MINUTE_MS = 60_000;

/** When families with several children may book, and how many children that takes; undefined where the event opens for all at once. */
export function earlyOpening({
  booking,
}: Pick<Event, 'booking'>): { at: Date; children: number } | undefined {
  const { opensAt, earlyMinutes, earlyChildren } = { ...USUAL_EARLY, ...booking };
  if (!opensAt || earlyMinutes <= 0) return undefined;
  return { at: new Date(opensAt.getTime() - earlyMinutes * MINUTE_MS), children: earlyChildren };
}

/**
 * Whether an event opens earlier for a household because it has as many children in it as the school asks for. A child counts if the school
 * ties it to the household, or if it was there before families could know of the earlier opening; otherwise somebody else's child could be
 * borrowed. Asks the database only while the event isn't open for all.
 * @returns 'not counted' where enough children are in the event, but too few count
 */
export async function judgeEarly(
  event: Event,
  household: Pick<Household, 'adults' | 'children'>,
  now: Date,
): Promise<'early' | 'not counted' | undefined> {
  const early = earlyOpening(event);
  const { opensAt, earlySince } = event.booking;
  if (!early || !opensAt || now >= opensAt || household.children.length < early.children) return undefined;
  const inEvent = await findInEvent(
    event,
    household.children.map(({ student }) => student),
  );
  const children = household.children.filter(({ student }) => inEvent.has(String(student)));
  if (children.length < early.children) return undefined;
  const isKnown = ({ by, at }: HouseholdChild) => by !== TYPED || !earlySince || at < earlySince;
  const late = children.filter((child) => !isKnown(child)).map(({ student }) => student);
  if (children.length - late.length >= early.children) return 'early';
  const tied = await findTied(event.account, household.adults, late);
  return children.length - late.length + tied >= early.children ? 'early' : 'not counted';
}

/** Anybody who knows a child's number and birth date can add it by this proof; every other proof comes from the school. */
const TYPED: ChildProof = 'number and security value';

/** The event as it opens for a household. The result has no earlier opening of its own, so that calling this twice changes nothing. */
export async function openEarly<E extends Event>(
  event: E,
  household: Pick<Household, 'adults' | 'children'>,
  now: Date,
): Promise<E> {
  return (await judgeEarly(event, household, now)) === 'early' ? openedEarly(event) : event;
}

/** The event with its earlier opening, for a household that it opens earlier for. */
export function openedEarly<E extends Event>(event: E): E {
  const early = earlyOpening(event);
  if (!early) return event;
  const { earlyMinutes: _, ...booking } = event.booking;
  return Object.assign({}, event, { booking: { ...booking, opensAt: early.at } });
}

/** Those of some students who are at the school and in a class that takes part. */
async function findInEvent({ account, _id }: Event, ids: Types.ObjectId[]): Promise<Set<string>> {
  const { students, classes } = await findTogether({
    students: ask<Contact>(
      Contact,
      { _id: { $in: ids }, account, type: 'student', status: 'active' },
      { $project: { _id: 1 } },
    ),
    classes: classesOf(_id, ids),
  });
  const inClass = new Set(classes.filter(isMeetable).flatMap(({ synced }) => synced.students.map(String)));
  return new Set(students.map(({ _id: id }) => String(id)).filter((id) => inClass.has(id)));
}

/** Counts the students whom the roster, or the school by hand, ties to these adults' proven addresses as a parent or guardian. */
async function findTied(
  account: Types.ObjectId,
  adults: Types.ObjectId[],
  students: Types.ObjectId[],
): Promise<number> {
  const users = await User.find(
    { _id: { $in: adults }, emailProvenAt: { $exists: true }, email: { $gt: '' } },
    { email: 1 },
  ).lean();
  const emails = users.map(({ email }) => email);
  const [people, found] = await Promise.all([
    Contact.find(
      { account, email: { $in: emails }, status: 'active', type: { $ne: 'student' } },
      { relations: 1, tied: 1 },
    ).lean(),
    Contact.find({ _id: { $in: students }, account }, { record: 1 }).lean(),
  ]);
  const records = new Set(
    people.flatMap(({ relations }) => relations.filter(isGuardian)).map((tie) => tie.student),
  );
  const byHand = new Set(
    people
      .flatMap(({ tied = [] }) => tied)
      .filter(({ relationship }) => isGuardian({ relationship, type: '' }))
      .map(({ student }) => String(student)),
  );
  return found.filter(
    (student) => byHand.has(String(student._id)) || recordIds(student).some((id) => records.has(id)),
  ).length;
}
