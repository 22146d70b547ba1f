import type { Types } from 'mongoose';
import type { Household, HouseholdChild } from '../models/household.js';

/** The children of a household after an adult left. A child whom another adult there proved too stays. */
export function withoutAdult(
  { children: all, brought: more = [], removed = [] }: Pick<Household, 'children' | 'brought' | 'removed'>,
  adult: Types.ObjectId,
): { children: HouseholdChild[]; brought: HouseholdChild[] } {
  const stay = (list: HouseholdChild[]) => list.filter((child) => !child.adult.equals(adult));
  const isIn = (list: { student: Types.ObjectId }[], { student }: HouseholdChild) =>
    list.some((one) => one.student.equals(student));
  const children = stay(all);
  const brought: HouseholdChild[] = [];
  // Only the school can return a child that it took away.
  for (const child of stay(more).filter((one) => !isIn(removed, one)))
    (isIn(children, child) ? brought : children).push(child);
  return { children, brought };
}
