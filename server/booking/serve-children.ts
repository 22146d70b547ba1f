import express, { type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { numberKey } from '../models/security-value.js';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import { rateLimit } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';
import { say } from '../web/session.js';
import { addChild } from './add-child.js';
import { findLinkedChildren, takeLinkedChildren } from './find-linked-children.js';
import { familyOf, type Family } from './load-conference.js';
import { childName, childrenWithTeachers } from './queries.js';
import { birthDateOf, childProofSchema, childrenSchema } from './schema.js';

const HOUR = 3600;
/** One text for everything that can be wrong, so that it tells nobody which numbers there are. */
const NO_SUCH_CHILD =
  'No student has this number together with this date or code. Check both, or ask the school’s office.';

/** A family's children: those it has, those that the school knows to be theirs, and adding one by number. */
export function childrenPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const ofPerson = rateLimit('child-person', 10, HOUR);
  const ofNumber = rateLimit('child-number', 30, 24 * HOUR);
  // Wrong ones only, as a whole school may share an address; a login costs a stranger nothing, so there must be one.
  const ofAddress = rateLimit('child-address', 500, 24 * HOUR);

  router.get('/children', async (_req, res) => {
    await showChildren(res, await familyOf(res, deps));
  });

  router.post('/children', async (req, res) => {
    const family = await familyOf(res, deps);
    const parsed = parseForm(childProofSchema, req.body);
    if (!parsed.ok) {
      await showChildren(res, family, parsed);
      return;
    }
    const { number, code } = parsed.value;
    const birthDate = birthDateOf(parsed.value);
    const values = typedValues(req.body);
    if (!birthDate && !code) {
      await showChildren(res, family, {
        values,
        errors: { birthDate: 'Enter the birth date: day, month and year.' },
      });
      return;
    }
    const person = family.actor.user.toHexString();
    const address = `${family.account._id.toHexString()} ${senderOf(req)}`;
    await ofPerson.take(person);
    await ofAddress.take(address);
    await ofNumber.take(`${family.account._id.toHexString()} ${numberKey(number)}`);
    const student = await addChild(deps, family, { number, birthDate, code });
    if (!student) {
      await showChildren(res, family, { values, errors: { number: NO_SUCH_CHILD } });
      return;
    }
    // Not all: an own child would buy fresh tries at other people's.
    await Promise.all([ofPerson.giveBack(person), ofAddress.giveBack(address)]);
    say(req, { kind: 'ok', text: `${childName(student)} is added.` });
    res.redirect(303, `${family.home}/children`);
  });

  router.post('/children/linked', async (req, res) => {
    const family = await familyOf(res, deps);
    const parsed = parseForm(childrenSchema, req.body);
    if (!parsed.ok) {
      await showChildren(res, family, parsed);
      return;
    }
    const count = await takeLinkedChildren(deps, family, parsed.value.students);
    if (count > 0)
      say(req, { kind: 'ok', text: count === 1 ? 'Your child is added.' : 'Your children are added.' });
    res.redirect(303, count > 0 ? family.home : `${family.home}/children`);
  });
  return router;
}

async function showChildren(res: Response, family: Family, form?: Form): Promise<void> {
  const [children, offered] = await Promise.all([
    childrenWithTeachers(family.event, family.household.children, []),
    findLinkedChildren(family),
  ]);
  res.status(form ? 422 : 200).render('booking/children', {
    title: 'Your children',
    children,
    offered: offered.map((student) => ({
      value: student._id.toHexString(),
      label: [student.firstName, student.lastName].join(' '),
      hint: student.grade ? `Grade ${student.grade}` : '',
    })),
    emailProven: family.actor.emailProven,
    email: family.actor.email,
    ...(form ? { form } : {}),
  });
}
