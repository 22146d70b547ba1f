import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { HAND_KINDS } from '../models/resource.js';
import { actorOf } from '../web/actor.js';
import { changedMeanwhile, seenOf } from '../web/compare-seen.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import { eventFrame } from '../web/event-tabs.js';
import { eventOf } from '../web/guards.js';
import { parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { addHandmade, seesEverybody, type NotSaved } from './add-handmade.js';
import { deleteHandmade } from './delete-handmade.js';
import { editHandmade, hideHandmade } from './edit-handmade.js';
import {
  countOfHandmade,
  findHandmade,
  formChoices,
  staffText,
  type Choices,
  type Handmade,
} from './queries.js';
import { formOf, handmadeFields, handmadeForm, hidingForm, newHandmadeForm } from './schema.js';

const REFUSALS: Record<Exclude<NotSaved['reason'], 'unknown'> | 'too many', Record<string, string>> = {
  several: { staff: 'Several people in Contacts have this name. Enter the email instead.' },
  'no such school': { school: 'Select a school from the list.' },
  taken: { _form: 'This form was already sent. Load the page again.' },
  'too many': { _form: 'There are 500 of these in the event already. Delete one first.' },
};

/** Counselors, activities, rooms: what families book without a class. Mounted at /events/:event/handmade. */
export function handmadeRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/new', async (_req, res) => {
    const values = { id: new Types.ObjectId().toHexString(), kind: 'Counselor' };
    await showNew(res, { values, errors: {} });
  });

  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(newHandmadeForm, req.body);
    if (!parsed.ok) return showNew(res.status(422), parsed);
    const added = await addHandmade(deps, actorOf(res), event, parsed.value);
    if (!added.ok)
      return showNew(res.status(422), {
        values: typedValues(req.body),
        errors: sayRefused(added.reason, res),
      });
    say(req, {
      kind: 'ok',
      text: `${parsed.value.name} is added. Make its slots next. Syncs never change it.`,
    });
    res.redirect(303, pathOf(res, parsed.value.id));
  });

  router.get('/:bookable', async (req, res) => {
    await showOne(deps, res, await handmadeOf(req, res));
  });

  router.post('/:bookable', async (req, res) => {
    const found = await handmadeOf(req, res);
    const parsed = parseForm(handmadeForm, req.body);
    if (!parsed.ok) return showOne(deps, res.status(422), found, parsed);
    const again = await formAgain(req, res, found);
    if (again) return showOne(deps, res.status(422), found, again);
    const event = eventOf(res);
    const saved = await editHandmade(deps, actorOf(res), event, found, parsed.value);
    if (saved.ok) {
      say(req, { kind: 'ok', text: `${parsed.value.name} is saved.` });
      res.redirect(303, pathOf(res, found._id));
      return;
    }
    if (saved.reason === 'changed') {
      const now = await handmadeOf(req, res);
      return showOne(
        deps,
        res.status(422),
        now,
        (await formAgain(req, res, now, found)) ?? { values: typedValues(req.body), errors: {} },
      );
    }
    const errors =
      saved.reason === 'busy'
        ? {
            staff: `They have another meeting on ${shortDayAndTime(saved.at, event)}, when a family is booked here. Move one of the two first.`,
          }
        : sayRefused(saved.reason, res);
    await showOne(deps, res.status(422), found, { values: typedValues(req.body), errors });
  });

  router.post('/:bookable/hiding', async (req, res) => {
    const found = await handmadeOf(req, res);
    const parsed = parseForm(hidingForm, req.body);
    if (!parsed.ok)
      return showOne(deps, res.status(422), found, {
        values: {},
        errors: { _form: Object.values(parsed.errors).join(' ') },
      });
    const hidden = parsed.value.to === 'hidden';
    await hideHandmade(deps, actorOf(res), found, hidden);
    const text = hidden
      ? `${found.name} is hidden from parents. What is booked stays.`
      : `Parents see ${found.name} now.`;
    say(req, { kind: 'ok', text });
    res.redirect(303, pathOf(res, found._id));
  });

  router.get('/:bookable/deletion', async (req, res) => {
    const found = await handmadeOf(req, res);
    res.render('handmade/deletion', {
      ...frameOf(res, `Delete ${found.name}?`),
      ...(await countOfHandmade(found, deps.now())),
      name: found.name,
      path: pathOf(res, found._id),
      appointments: `/events/${eventOf(res)._id.toHexString()}/appointments`,
    });
  });

  router.post('/:bookable/deletion', async (req, res) => {
    const found = await handmadeOf(req, res);
    const left = await deleteHandmade(deps, actorOf(res), found);
    if (left > 0) {
      const what = countOf(left, 'slot is booked or on hold', 'slots are booked or on hold');
      say(req, {
        kind: 'notice',
        text: `${found.name} isn’t deleted: ${what}. It’s hidden now, and nobody else can book it. Move or cancel these appointments, then delete it again.`,
      });
      res.redirect(303, pathOf(res, found._id));
      return;
    }
    say(req, { kind: 'ok', text: `${found.name} is deleted.` });
    res.redirect(303, editorPath(res));
  });

  return router;
}

function sayRefused(reason: NotSaved['reason'] | 'too many', res: Response): Record<string, string> {
  if (reason !== 'unknown') return REFUSALS[reason];
  const where = seesEverybody(actorOf(res)) ? 'in Contacts' : 'of this event';
  return {
    staff: `No teacher or staff member ${where} has this name or email. Leave it empty if nobody is there.`,
  };
}

const editorPath = (res: Response): string => `/events/${eventOf(res)._id.toHexString()}/classes`;
const pathOf = (res: Response, id?: Types.ObjectId): string =>
  `/events/${eventOf(res)._id.toHexString()}/handmade${id ? `/${id.toHexString()}` : ''}`;

function frameOf(res: Response, title: string) {
  return { ...eventFrame(eventOf(res), 'class-editor'), title, list: editorPath(res), kinds: HAND_KINDS };
}

async function handmadeOf(req: Request, res: Response): Promise<Handmade> {
  const found = await findHandmade(eventOf(res), parseId(req.params.bookable));
  if (!found) throw notFound();
  return found;
}

async function showNew(res: Response, form: Form): Promise<void> {
  res.render('handmade/new', {
    ...frameOf(res, 'Add a counselor, activity, or room'),
    ...(await choicesFor(res, [])),
    path: pathOf(res),
    form,
  });
}

async function showOne(deps: Pick<Deps, 'now'>, res: Response, found: Handmade, form?: Form): Promise<void> {
  const choices = await choicesFor(res, found.byHand.grades);
  const shown = formOf(found, await staffText(found.account, found.byHand.staff));
  res.render('handmade/single', {
    ...frameOf(res, found.name),
    ...choices,
    ...(await countOfHandmade(found, deps.now())),
    hidden: found.byHand.hidden,
    kind: found.byHand.kind,
    path: pathOf(res, found._id),
    slotsHref: `/events/${found.event.toHexString()}/slots/${found._id.toHexString()}`,
    seen: seenOf(fieldsIn(choices), shown),
    form: form ?? { values: shown, errors: {} },
  });
}

function choicesFor(res: Response, kept: string[]): Promise<Choices> {
  return formChoices(eventOf(res), kept, seesEverybody(actorOf(res)));
}

/** The form again where somebody else saved meanwhile. @param was what it showed, for a sender who does not say */
async function formAgain(
  req: Request,
  res: Response,
  now: Handmade,
  was?: Handmade,
): Promise<Form | undefined> {
  const choices = await choicesFor(res, now.byHand.grades);
  const shownOf = async (one: Handmade) => formOf(one, await staffText(one.account, one.byHand.staff));
  return changedMeanwhile(fieldsIn(choices), req.body, await shownOf(now), was && (await shownOf(was)));
}

function fieldsIn({ schools }: Pick<Choices, 'schools'>) {
  const names = new Map(schools.map(({ value, label }) => [value, label]));
  return handmadeFields((id) => names.get(id) ?? id);
}
