import type { Response } from 'express';
import { childrenWithTeachers } from '../booking/queries.js';
import { monthNames } from '../web/format-time.js';
import type { Form } from '../web/parse.js';
import type { Style } from '../web/place.js';
import { wordsFor } from '../web/read-language.js';
import { findLinkedChildren } from './find-linked-children.js';
import type { Family } from './load-conference.js';

/** Shows a family's children, those that the school ties to the proven address, and a form to add one. */
export async function showChildren(res: Response, family: Family, form?: Form, status = 422): Promise<void> {
  const [children, offered] = await Promise.all([
    childrenWithTeachers(family.event, family.household.children, []),
    findLinkedChildren(family),
  ]);
  const t = wordsFor(res);
  if (form && res.statusCode === 200) res.status(status);
  res.render('booking/children', {
    title: t('children.heading'),
    children,
    offered: offered.map((student) => ({
      value: student._id.toHexString(),
      label: [student.firstName, student.lastName].join(' '),
      hint: student.grade ? t('children.grade', { grade: student.grade }) : '',
    })),
    months: monthOptions(family.event),
    emailProven: family.actor.emailProven,
    email: family.actor.email,
    ...(form ? { form } : {}),
  });
}

/** The months as a list to select from, in the reader's language. */
export function monthOptions(place: Style): { value: string; label: string }[] {
  return monthNames(place).map((label, at) => ({ value: String(at + 1), label }));
}
