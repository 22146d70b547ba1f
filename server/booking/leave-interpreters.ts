import type { Appointment } from '../models/appointment.js';
import { Diary } from '../models/diary.js';
import { Interpreter } from '../models/interpreter.js';
import { Slot } from '../models/slot.js';
import { byId } from '../web/lists.js';
import { diaryOf } from './find-interpreter.js';
import { findNeeds } from './find-needs.js';

/**
 * Takes a meeting out of the diaries of interpreters who aren't at it. The caller checks afterwards that the meeting is still as it was
 * read.
 * @param stretches its slots
 */
export async function leaveInterpreters(found: Appointment, stretches: Slot[]): Promise<void> {
  const { _id, event, account } = found;
  const [all, entered] = await Promise.all([
    Interpreter.find({ event, account }, { contact: 1 }).lean(),
    Diary.find({ 'busy.appointment': _id }, { _id: 1 }).lean(),
  ]);
  const interpreting = new Set(all.map((one) => String(diaryOf(one))));
  const theirs = entered.filter((diary) => interpreting.has(personOf(diary)));
  if (theirs.length === 0) return;
  // A teacher who interprets elsewhere is still at their own meetings.
  const needs = await Promise.all(stretches.map((slot) => findNeeds(found, slot)));
  const there = new Set(needs.flat().flatMap((need) => (need.kind === 'diary' ? String(need.person) : [])));
  const left = theirs.filter((diary) => !there.has(personOf(diary)));
  if (left.length === 0) return;
  await Diary.updateMany(
    { _id: { $in: left.map((diary) => diary._id) } },
    { $pull: { busy: { appointment: _id } } },
  );
  const tied = new Set(all.flatMap(({ contact }) => (contact ? [String(contact)] : [])));
  // Somebody who is also a teacher may have joined the slot meanwhile, so that is checked again.
  if (left.some((diary) => tied.has(personOf(diary))))
    await Slot.updateMany(
      { _id: { $in: stretches.map((slot) => slot._id) }, with: { $exists: true } },
      { $set: { unsettled: true } },
    );
}

/** The diaries that only an interpreter can have, because they are no teacher's; and which of the others are an interpreter's too. */
export async function splitInterpreters(
  { event, account }: Pick<Appointment, 'event' | 'account'>,
  diaries: string[],
): Promise<{ others: string[]; isShared: boolean }> {
  const people = diaries.map((id) => personOf({ _id: id }));
  const found = await Interpreter.find(
    { event, account, $or: [{ _id: { $in: people } }, { contact: { $in: people } }] },
    { contact: 1 },
  ).lean();
  const own = byId(found.filter(({ contact }) => !contact));
  return {
    others: diaries.filter((_id) => !own.has(personOf({ _id }))),
    isShared: found.some(({ contact }) => contact),
  };
}

const personOf = ({ _id }: { _id: string }) => _id.slice(0, _id.indexOf(':'));
