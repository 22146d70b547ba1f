import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { HAND_KINDS } from '../models/resource.js';
import { actorOf } from '../web/actor.js';
import { seenOf } from '../web/compare-seen.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import { eventFrame } from '../web/event-tabs.js';
import { eventOf } from '../web/guards.js';
import { parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import { saveSeen } from '../web/save-seen.js';
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
    const event = eventOf(res);
    const { form, saved } = await saveSeen(
      {
        fields: fieldsIn(await choicesFor(res, found.byHand.grades)),
        body: req.body,
        shown: await shownOf(found),
      },
      () => editHandmade(deps, actorOf(res), event, found, parsed.value),
      async () => shownOf(await handmadeOf(req, res)),
    );
    if (form) return showOne(deps, res.status(422), await handmadeOf(req, res), form);
    if (saved.ok) {
      say(req, { kind: 'ok', text: `${parsed.value.name} is saved.` });
      res.redirect(303, pathOf(res, found._id));
      return;
    }
    const errors =
      saved.reason === 'busy'
        ? {
            staff: `The staff contact has another appointment on ${shortDayAndTime(saved.at, event)}, when a family is booked here. Move one of the two first.`,
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
  const shown = await shownOf(found);
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

/** What was made by hand as its form shows it. */
async function shownOf(found: Handmade) {
  return formOf(found, await staffText(found.account, found.byHand.staff));
}

function fieldsIn({ schools }: Pick<Choices, 'schools'>) {
  const names = new Map(schools.map(({ value, label }) => [value, label]));
  return handmadeFields((id) => names.get(id) ?? id);
}
