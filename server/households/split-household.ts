import type { QueryFilter, Types } from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import type { Household, HouseholdChild } from '../models/household.js';

/**
 * The children whom an adult of a household has by a proof of their own: they go along when the adult leaves. Whom the school took away is
 * not among them.
 */
export function childrenOf(
  { children, brought = [], removed = [] }: Pick<Household, 'children' | 'brought' | 'removed'>,
  adult: Types.ObjectId,
): HouseholdChild[] {
  const own = [...children, ...brought].filter(
    (child) => child.adult.equals(adult) && !removed.some(({ student }) => student.equals(child.student)),
  );
  return own.filter(
    ({ student }, index) => own.findIndex((other) => other.student.equals(student)) === index,
  );
}

/**
 * Which appointments of a household go along with an adult who leaves: those about children who are the adult's alone, and of those about
 * children whom another adult has too what the leaving one booked. Nobody gets a meeting about a child whom they don't have.
 * @param own the children who go along
 */
export function goingWith(
  household: Pick<Household, 'children' | 'brought' | 'removed'>,
  adult: Types.ObjectId,
  own: Pick<HouseholdChild, 'student'>[] = childrenOf(household, adult),
): QueryFilter<Appointment> {
  const mine = own.map(({ student }) => student);
  const others = [...household.children, ...(household.brought ?? [])]
    .filter((child) => !child.adult.equals(adult))
    .map(({ student }) => student);
  const allMine = { students: { $not: { $elemMatch: { $nin: mine } } } };
  const notAllTheirs = { students: { $elemMatch: { $nin: others } } };
  return {
    $or: [
      { $and: [allMine, notAllTheirs] },
      { $and: [allMine, { bookedBy: adult }] },
      // About a child of each: it has to be with one of the two.
      { $and: [{ students: { $in: mine } }, notAllTheirs, { bookedBy: adult }] },
    ],
  };
}
