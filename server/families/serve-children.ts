import type { Request, Response, Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Household } from '../models/household.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { FRESH_FORM, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { nameBeside } from './name-beside.js';
import { comingOf, type Adult, type ClaimedChild, type ComingMeeting } from './queries.js';
import { readOutcome, readTelling, shownOf } from './read-outcome.js';
import { removeChild, returnChild } from './remove-child.js';
import { adultOf, meetingInWords, page, pathOf } from './show-frame.js';

/** Taking a child away from an adult, and giving it back. */
export function childPages(router: Router, deps: Deps): void {
  router.get('/:user/children/:student/removal', async (req, res) => {
    await askRemoval(req, res);
  });

  router.post('/:user/children/:student/removal', async (req, res) => {
    const { adult, child } = childOf(req, res);
    const student = new Types.ObjectId(child.id);
    const coming = await comingOf(adult.household, actorOf(res), deps.now(), onlyOf(adult, student));
    const asked = readOutcome(req, adult, coming.filter(isOnly(adult, child)));
    if (!asked.ok) {
      await askRemoval(req, res, asked.form);
      return;
    }
    const removed = await removeChild(deps, actorOf(res), adult, { student, ...asked });
    if (!removed) throw notFound();
    say(req, { kind: 'ok', text: `${child.name} is no longer on this person’s list.` });
    res.redirect(303, pathOf(res, adult));
  });

  router.get('/:user/children/:student/return', async (req, res) => {
    const { adult, child } = childOf(req, res);
    if (!child.removedAt) throw notFound();
    await askReturn(res, adult, child);
  });

  router.post('/:user/children/:student/return', async (req, res) => {
    const { adult, child } = childOf(req, res);
    const student = new Types.ObjectId(child.id);
    const asked = readTelling(req);
    if (!asked.ok) {
      await askReturn(res.status(422), adult, child, asked.form);
      return;
    }
    const { tell } = asked;
    if (!(await returnChild(deps, actorOf(res), adult, { student, tell }))) throw notFound();
    say(req, { kind: 'ok', text: `${child.name} is on this person’s list again.` });
    res.redirect(303, pathOf(res, adult));
  });
}

async function askRemoval(req: Request, res: Response, form?: Form): Promise<void> {
  const { adult, child } = childOf(req, res);
  const coming = adult.coming.filter(({ students }) => students.some((id) => String(id) === child.id));
  if (child.removedAt && coming.length === 0) throw notFound();
  const own = coming.filter(isOnly(adult, child));
  res.status(form ? 422 : 200).render('families/removal', {
    ...page(res, adult, `Remove ${child.name} from this person’s list?`),
    adult,
    child,
    meetings: own.map(meetingInWords),
    shared: coming.length - own.length,
    shown: shownOf(adult, own),
    ...(await nameBeside(res, adult)),
    ...(form ? { form } : {}),
  });
}

/** Whether a meeting is about no other child of the adult: such a one stays for the other. */
function isOnly({ household }: Adult & { household: Household }, { id }: ClaimedChild) {
  const others = household.children.map(({ student }) => String(student)).filter((one) => one !== id);
  return ({ students }: ComingMeeting) => !students.some((one) => others.includes(String(one)));
}

async function askReturn(
  res: Response,
  adult: Adult,
  child: ClaimedChild,
  form: Form = FRESH_FORM,
): Promise<void> {
  const beside = await nameBeside(res, adult);
  res.render('families/return', {
    ...page(res, adult, `Put ${child.name} back?`),
    ...{ adult, child, form, ...beside },
  });
}

function childOf(
  req: Request,
  res: Response,
): { adult: Adult & { household: Household }; child: ClaimedChild } {
  const adult = adultOf(res);
  const child = adult.children.find(({ id }) => id === req.params.student);
  if (!child || !adult.household) throw notFound();
  return { adult: { ...adult, household: adult.household }, child };
}

const onlyOf = ({ part }: Adult, student: Types.ObjectId) => ({ student, event: part?.event });
