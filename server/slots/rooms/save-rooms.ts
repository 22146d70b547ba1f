import { recordAudit } from '../../audit/record-audit.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import type { Actor } from '../../web/actor.js';
import type { Teacher } from '../load-teachers.js';
import { linesOf, matchTeachers } from '../match-teachers.js';
import { changesOfRooms } from '../name-before.js';
import { oneRoom, type RoomsForm } from './schema.js';

export interface SavedRooms {
  saved: number;
  /** Lines of the pasted list that match nobody, match several, or have no room. */
  left: string[];
  /** Teachers whose room somebody else set while the page was open: that room stays. */
  changed: { teacher: Teacher; wanted: string }[];
}

/** A requested room, and the room at the time of the request. */
interface Wanted {
  teacher: Teacher;
  was: string;
  room: string;
}

/**
 * Saves the rooms that were typed or pasted and differ from those shown; a pasted room takes precedence. Each write carries the room that
 * was shown in its filter.
 */
export async function saveRooms(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  form: RoomsForm,
  teachers: Teacher[],
  now: Date,
): Promise<SavedRooms> {
  const { pasted, left } = readPasted(form.list, teachers);
  const byId = new Map(teachers.map((teacher) => [teacher._id.toHexString(), teacher]));
  const wanted = new Map<string, Wanted>();
  form.teacher.forEach((id, index) => {
    const teacher = byId.get(id);
    const [was, room] = [form.was[index] ?? '', form.room[index]];
    if (teacher && room !== undefined && room !== was) wanted.set(id, { teacher, was, room });
  });
  const shown = new Map(form.teacher.map((id, index) => [id, form.was[index]]));
  for (const { teacher, room } of pasted) {
    const id = teacher._id.toHexString();
    const was = shown.get(id) ?? teacher.room;
    if (room === was) wanted.delete(id);
    else wanted.set(id, { teacher, was, room });
  }
  const scope = { account: event.account, event: event._id };
  const all = [...wanted.values()];
  if (all.length > 0)
    await Resource.bulkWrite(
      all.map(({ teacher, was, room }) => ({
        updateOne: { filter: { _id: teacher._id, ...scope, room: was }, update: { $set: { room } } },
      })),
      { ordered: false },
    );
  const after = await Resource.find(
    { ...scope, _id: { $in: all.map(({ teacher }) => teacher._id) } },
    { room: 1 },
  ).lean();
  const roomOf = new Map(after.map(({ _id, room }) => [_id.toHexString(), room]));
  const changed = all.filter(({ teacher, room }) => roomOf.get(teacher._id.toHexString()) !== room);
  const saved = all.length - changed.length;
  const staying = new Set(changed);
  const { changes, detail } = changesOfRooms(
    all.flatMap((one) => (staying.has(one) ? [] : { _id: one.teacher._id, was: one.was, room: one.room })),
  );
  if (saved > 0)
    await recordAudit({
      ...scope,
      user: actor.user,
      action: 'change rooms',
      detail: { rooms: saved, ...detail },
      changes,
      at: now,
    });
  return { saved, left, changed: changed.map(({ teacher, room }) => ({ teacher, wanted: room })) };
}

/** "Ann Lee", a tab and "12". Without a tab, the last comma or semicolon separates the two. */
function readPasted(text: string, teachers: Teacher[]) {
  const lines = linesOf(text).map((line) => {
    const parts = /^(.*?)\t(.*)$/.exec(line) ?? /^(.*)[,;](.*)$/.exec(line);
    const room = oneRoom.validate((parts?.[2] ?? '').replace(/\t/g, ' '));
    return { line, name: parts?.[1] ?? '', room: room.error ? '' : room.value };
  });
  const complete = lines.filter(({ name, room }) => name.trim() !== '' && room !== '');
  const { found } = matchTeachers(teachers, complete, ({ name }) => name);
  const read = new Set<unknown>(found.map(({ line }) => line));
  return {
    pasted: found.map(({ teacher, line }) => ({ teacher, room: line.room })),
    left: lines.filter((line) => !read.has(line)).map(({ line }) => line),
  };
}
