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
import { say } from '../web/session.js';
import { comingAbout, dropChild } from './drop-child.js';
import { familyOf, type Family } from './load-conference.js';
import { childName, withNames } from '../booking/queries.js';

/** A family parts with a child that they added by mistake: asked first; while meetings are coming it leads to them. */
export function removalPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/children/:student/remove', async (req, res) => {
    const family = await familyOf(res, deps);
    await showRemoval(deps, res, family, await childOf(req, family));
  });

  router.post('/children/:student/remove', async (req, res) => {
    const family = await familyOf(res, deps);
    const child = await childOf(req, family);
    if (!(await dropChild(deps, family, child._id))) {
      res.status(409);
      await showRemoval(deps, res, family, child);
      return;
    }
    say(req, { kind: 'ok', text: wordsFor(res)('remove.done', { child: contactName(child) }) });
    res.redirect(303, `${family.home}/children`);
  });
  return router;
}

async function childOf(req: Request<{ student: string }>, { account, household }: Family): Promise<Contact> {
  const student = parseId(req.params.student);
  if (!household.children.some((one) => one.student.equals(student))) throw notFound();
  const child = await Contact.findOne({ _id: student, account: account._id }).lean();
  if (!child) throw notFound();
  return child;
}

async function showRemoval(deps: Deps, res: Response, family: Family, student: Contact): Promise<void> {
  const t = wordsFor(res);
  const coming = await comingAbout(family, student._id, deps.now());
  const events = await Event.find({ _id: { $in: distinctIds(coming.map(({ event }) => event)) } }).lean();
  const named = await withNames(coming, family.event);
  const meetings = named.map((meeting, index) => {
    const event = events.find(({ _id }) => coming[index]?.event.equals(_id)) ?? family.event;
    return {
      label: meeting.teacher,
      when: whenInWords(meeting.from, meeting.to, placed(event, family.event)),
      href: `/e/${event.link}/appointments/${meeting.id}`,
    };
  });
  const child = {
    id: student._id.toHexString(),
    name: childName(student, t),
    fullName: contactName(student),
  };
  res.render('booking/remove', { title: t('remove.title', { child: child.name }), child, meetings });
}
