import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { Contact, contactName } from '../models/contact.js';
import { Event } from '../models/event.js';
import { notFound } from '../web/errors.js';
import { whenInWords } from '../web/format-time.js';
import { distinctIds } from '../web/lists.js';
import { parseId } from '../web/parse.js';
import { placed } from '../web/place.js';
import { wordsFor } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { say } from '../web/session.js';
import { mayCancel } from '../booking/policy.js';
import { comingAbout, dropChild } from './drop-child.js';
import { findLinkedChildren } from './find-linked-children.js';
import { familyOf, type Family } from './load-conference.js';
import { childName, withNames } from '../meetings/name-meetings.js';

/** Removes a child that a family added by mistake. It asks first; while meetings are to come, it leads to them. */
export function removalPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/children/:student/remove', async (req, res) => {
    const family = await familyOf(res, deps);
    await showRemoval(deps, res, family, await childOf(req, family));
  });

  router.post('/children/:student/remove', async (req, res) => {
    const family = await familyOf(res, deps);
    // Sent twice, or a stranger's child, about whom nothing is told.
    if (!isTheirs(req, family)) {
      res.redirect(303, `${family.home}/children`);
      return;
    }
    const child = await childOf(req, family);
    if (!(await dropChild(deps, family, child))) {
      res.status(409);
      await showRemoval(deps, res, family, child);
      return;
    }
    say(req, { kind: 'ok', text: wordsFor(res)('remove.done', { child: contactName(child) }) });
    res.redirect(303, `${family.home}/children`);
  });
  return router;
}

type Asked = Request<{ student: string }>;

function isTheirs(req: Asked, { household }: Family): boolean {
  const student = parseId(req.params.student);
  return household.children.some((one) => one.student.equals(student));
}

async function childOf(req: Asked, family: Family): Promise<Contact> {
  if (!isTheirs(req, family)) throw notFound();
  const child = await Contact.findOne({
    _id: parseId(req.params.student),
    account: family.account._id,
  }).lean();
  if (!child) throw notFound();
  return child;
}

async function showRemoval(deps: Deps, res: Response, family: Family, student: Contact): Promise<void> {
  const t = wordsFor(res);
  const now = deps.now();
  const coming = await comingAbout(family, student._id, now);
  const events = await Event.find({ _id: { $in: distinctIds(coming.map(({ event }) => event)) } }).lean();
  const named = await withNames(coming, family.event);
  const meetings = named.map((meeting, index) => {
    const event = events.find(({ _id }) => coming[index]?.event.equals(_id)) ?? family.event;
    return {
      label: meeting.teacher,
      when: whenInWords(meeting.from, meeting.to, placed(event, family.event)),
      href: `/e/${event.link}/appointments/${meeting.id}`,
      isLate: !mayCancel(event, meeting.from, now, 'household'),
    };
  });
  const child = {
    id: student._id.toHexString(),
    name: childName(student, t),
    fullName: contactName(student),
  };
  res.render('booking/remove', {
    title: t('remove.title', { child: child.name }),
    ...{ child, meetings, later: meetings.some(({ isLate }) => isLate) },
    // Shown where the child can be removed.
    note: meetings.length > 0 ? '' : await sayAgain(res, family, student),
  });
}

/** Says how the child can be added again. */
async function sayAgain(res: Response, family: Family, student: Contact): Promise<string> {
  const t = wordsFor(res);
  if (student.status !== 'active')
    return t('remove.noteLeft', { child: childName(student, t), office: callOffice(family.event) });
  const { household } = family;
  const children = household.children.filter((one) => !one.student.equals(student._id));
  const offered = await findLinkedChildren({
    ...family,
    household: Object.assign({}, household, { children }),
  });
  const isOffered = offered.some(({ _id }) => _id.equals(student._id));
  return t(isOffered ? 'remove.noteOffered' : 'remove.note', { child: childName(student, t) });
}
