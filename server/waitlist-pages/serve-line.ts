import express, { type Request, type Response, type Router } from 'express';
import type { Types } from 'mongoose';
import { childName } from '../meetings/name-meetings.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { Resource } from '../models/resource.js';
import { chooseStudents } from '../parents/choose-students.js';
import { childWithTeacher } from '../parents/find-child.js';
import { goerIn } from '../parents/list-goers.js';
import { familyOf, type Family } from '../parents/load-conference.js';
import { bookingState } from '../web/booking-state.js';
import { notFound } from '../web/errors.js';
import { fullDay } from '../web/format-time.js';
import { parseForm, parseQuery, statusOf, typedValues, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import { joinWaitlist, type Joining } from '../waitlist/join-waitlist.js';
import { hasWaitlist } from '../waitlist/policy.js';
import { sayNotJoined, waitsOf } from '../waitlist/show-wait.js';
import { readHours } from './read-hours.js';
import { joinForm, joinQuery, type JoinForm } from './schema.js';

/** What a family waits for, and joining a teacher's line. */
export function linePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/waitlist', async (_req, res) => {
    const family = await familyOf(res, deps);
    const { event, household, actor } = family;
    res.render('waitlist/mine', {
      title: wordsOf(event)('waitlist.heading'),
      waits: await waitsOf(event, household, deps.now()),
      minutes: event.booking.waitlistMinutes ?? 0,
      isOpen: bookingState(event, deps.now()) === 'open',
      email: actor.email,
      emailProven: actor.emailProven,
    });
  });

  router.get('/waitlist/new', async (req, res) => {
    const family = await familyOf(res, deps);
    const { resource, student } = parseQuery(joinQuery, req.query);
    await showForm(deps, res, family, resource, student);
  });

  router.post('/waitlist/new', async (req, res) => {
    const family = await familyOf(res, deps);
    const parsed = parseForm(joinForm, req.body);
    if (!parsed.ok) throw notFound();
    const { resource, student } = parsed.value;
    const read = readHours(family.event, req.body);
    if (read.ok) await join(deps, req, res, family, { ...parsed.value, hours: read.hours });
    else
      await showForm(deps, res, family, resource, student, {
        values: typedValues(req.body),
        errors: read.errors,
      });
  });

  router.post('/waitlist', async (req, res) => {
    const family = await familyOf(res, deps);
    const parsed = parseForm(joinForm, req.body);
    if (!parsed.ok) throw notFound();
    await join(deps, req, res, family, parsed.value);
  });
  return router;
}

/** Without hours it is the bare button, which says nothing about them. */
type Asked = JoinForm & { hours?: Pick<Joining, 'days' | 'asked'> };

async function join(deps: Deps, req: Request, res: Response, family: Family, asked: Asked): Promise<void> {
  const { event, household, actor, home } = family;
  const { teacher } = await metBy(family, asked.student, asked.resource);
  const child = { id: asked.student, name: '' };
  const { students } = await chooseStudents(family, asked.resource, child, false, deps.now());
  const joined = await joinWaitlist(deps, {
    ...{ event, household: household._id, user: actor.user },
    resource: asked.resource,
    students,
    ...(asked.goer ? { goer: goerIn(asked.goer) ?? 'all' } : {}),
    ...(asked.hours ?? {}),
  });
  if (joined.ok) {
    res.redirect(303, `${home}/waitlist/${joined.entry._id.toHexString()}`);
    return;
  }
  say(req, { kind: 'notice', text: sayNotJoined(joined, { teacher: teacher.name }, event, deps.now()) });
  const isHere = ['free', 'off', 'not open'].includes(joined.reason);
  const times = `${home}/times/${asked.resource.toHexString()}?student=${asked.student.toHexString()}`;
  res.redirect(303, isHere ? times : `${home}/waitlist`);
}

/** Nothing of a teacher who is not this child's, nor of a child who is not theirs. */
async function metBy(
  { event, household }: Family,
  student: Types.ObjectId,
  resource: Types.ObjectId,
): Promise<{ child: string; teacher: Resource }> {
  const isTheirs = household.children.some((one) => one.student.equals(student));
  const found = isTheirs ? await childWithTeacher(event, student, resource) : undefined;
  if (!found?.child || !found.teacher) throw notFound();
  return { child: found.child.name, teacher: found.teacher.resource };
}

async function showForm(
  deps: Deps,
  res: Response,
  family: Family,
  resource: Types.ObjectId,
  student: Types.ObjectId,
  form?: Form,
): Promise<void> {
  const { event } = family;
  const { child, teacher } = await metBy(family, student, resource);
  if (form) res.status(statusOf(form));
  res.render('waitlist/join-form', {
    title: wordsOf(event)('waitlist.formTitle', { teacher: teacher.name }),
    ...(form ? { form } : {}),
    ...{ child, days: dayOptions(family) },
    resource: resource.toHexString(),
    student: student.toHexString(),
    isOn: hasWaitlist(event) && bookingState(event, deps.now()) === 'open',
  });
}

/** The event's days as boxes. */
export function dayOptions({ event }: Family): { value: string; label: string }[] {
  return event.days.map((day) => ({ value: day, label: fullDay(day, event) }));
}

/** Whom an entry is about. */
export async function namesOf(
  { event }: Family,
  { resource, students }: { resource: Types.ObjectId; students: Types.ObjectId[] },
): Promise<{ teacher: string; children: string[] }> {
  const [found, children] = await Promise.all([
    Resource.findOne({ _id: resource, event: event._id }, { name: 1 }).lean(),
    Contact.find(
      { _id: { $in: students }, account: event.account, type: 'student' },
      { firstName: 1, lastName: 1 },
    ).lean(),
  ]);
  return { teacher: found?.name ?? '', children: children.map((child) => childName(child)) };
}
