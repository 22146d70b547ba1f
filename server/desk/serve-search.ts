import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Contact, contactName } from '../models/contact.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { dayAndSpan } from '../web/format-time.js';
import { parseForm, parseId, parseQuery } from '../web/parse.js';
import { refuseHere } from '../web/session.js';
import { holdSlot } from '../booking/hold-slot.js';
import { readOverride } from './check-override.js';
import { studentsFor } from './choose-students.js';
import { ensureFamily } from './ensure-family.js';
import { findFamilies, MOST_FOUND } from './find-families.js';
import { findInEvent } from './find-in-event.js';
import type { SeenEvent } from './find-meeting.js';
import { listAdults } from './list-adults.js';
import { childQuery, deskQuery, holdForm, type DeskQuery, type HoldForm } from './schema.js';
import { deskFrame, deskPath, seenIn } from './show-frame.js';
import { showChild } from './show-child.js';
import { showRefusal } from './show-refusal.js';

/** Finding a caller's family, a child with its teachers, and the click that holds a time for it. */
export function searchPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/:event/desk', async (req, res) => {
    await showSearch(deps, res, parseQuery(deskQuery, req.query));
  });

  router.get('/:event/desk/children/:student', async (req, res) => {
    await showChild(deps, res, parseId(req.params.student), parseQuery(childQuery, req.query));
  });

  router.post('/:event/desk/appointments', async (req, res) => {
    const event = seenIn(res);
    const parsed = parseForm(holdForm, req.body);
    if (parsed.ok) {
      await hold(deps, res, event, parsed.value);
      return;
    }
    // Only the reason is missing, so the page that asked for it asks again.
    const rest = parseForm(holdForm, { ...(req.body as object), reason: 'x' });
    if (!rest.ok || !parsed.errors.reason) {
      refuseHere(res, parsed);
      await showSearch(deps, res, { q: '' });
      return;
    }
    const { rules, slot, student, adult, goer } = rest.value;
    const child = await childOf(event, student);
    const refusal = rules.at(-1) ?? 'hold ended';
    await showRefusal(
      deps,
      res,
      event,
      { ...triedOf(event, child, adult, goer), refusal, over: rules.slice(0, -1), slot, family: '' },
      parsed,
    );
  });
  return router;
}

async function hold(deps: Deps, res: Response, event: SeenEvent, form: HoldForm): Promise<void> {
  const actor = actorOf(res);
  const override = readOverride(actor, event, form, deps.now());
  const child = await childOf(event, form.student);
  const slot = await slotOf(event, form.slot);
  const family = await familyOf(event, child, form.adult);
  const household = await ensureFamily(deps, actor, child, form.adult);
  const held = household
    ? await holdSlot(deps, {
        event,
        slot: form.slot,
        students: await studentsFor(deps, event, { ...form, slot, household, user: actor.user }),
        household,
        goer: form.goer,
        user: actor.user,
        key: form.key,
        by: 'school',
        override,
      })
    : ({ ok: false, reason: 'not your child' } as const);
  if (held.ok) {
    res.redirect(303, `${deskPath(event)}/appointments/${String(held.appointment._id)}`);
    return;
  }
  await showRefusal(deps, res, event, {
    ...triedOf(event, child, form.adult, form.goer),
    refusal: held.reason,
    over: form.rules,
    slot: form.slot,
    household,
    family,
  });
}

async function familyOf(event: SeenEvent, child: Contact, key: string): Promise<string> {
  const choices = (await listAdults(event.account, [child])).get(String(child._id)) ?? [];
  return key === 'none' ? '' : (choices.find((one) => one.key === key)?.name ?? '');
}

function triedOf(event: SeenEvent, child: Contact, adult: string, goer: Types.ObjectId | undefined) {
  const going = goer?.toHexString() ?? '';
  const student = String(child._id);
  return {
    child: contactName(child),
    action: `${deskPath(event)}/appointments`,
    fields: { student, adult, goer: going },
    goer,
    verb: 'Book' as const,
    back: `${deskPath(event)}/children/${student}?adult=${adult}${going && `&goer=${going}`}`,
  };
}

/**
 * A child of the event that the reader sees.
 * @throws 404
 */
async function childOf(event: SeenEvent, id: Types.ObjectId): Promise<Contact> {
  const child = await Contact.findOne({ _id: id, account: event.account, type: 'student' }).lean();
  if (!child || !(await findInEvent(event, [id])).has(String(id))) throw notFound();
  return child;
}

/** A slot of the event that the reader sees. @throws 404 */
async function slotOf(event: SeenEvent, id: Types.ObjectId): Promise<Slot> {
  const slot = await Slot.findOne({
    _id: id,
    account: event.account,
    event: event._id,
    ...event.sight,
  }).lean();
  if (!slot) throw notFound();
  return slot;
}

async function showSearch(deps: Deps, res: Response, { q, slot: id }: DeskQuery): Promise<void> {
  const event = seenIn(res);
  const slot = id && (await slotOf(event, id));
  const resource = slot && (await Resource.findById(slot.resource, { name: 1 }).lean());
  const found =
    q.trim() === '' ? { children: [], isCut: false, isFull: false } : await findFamilies(event, q);
  res.render('desk/search', {
    ...deskFrame(event),
    q,
    slot: slot && {
      id: String(slot._id),
      label: `${dayAndSpan(slot.from, slot.to, event)}, ${resource?.name ?? ''}`,
      teacher: resource?.name ?? '',
      href: `/events/${String(event._id)}/day-sheet/${String(slot._id)}`,
    },
    ...found,
    rows: found.children.map((child) => ({
      ...child,
      facts: [child.grade && `Grade ${child.grade}`, child.schoolId].filter(Boolean).join(' · '),
      meets: !slot || child.teachers.includes(String(slot.resource)),
      key: new Types.ObjectId().toHexString(),
    })),
    most: MOST_FOUND,
  });
}
