import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { SlotMoveItem } from '../../server/models/slot-move.js';
import { Slot } from '../../server/models/slot.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeClass, makeTeachingPerson } from '../support/classes/school-day.js';
import { hidden } from '../support/booking/desk.js';
import { makeEvent, makeSlot, makeSlots, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-10-02T15:00:00Z');

describe('moving a room’s day', () => {
  let admin: Visitor;
  let event: Event;
  let lee: Resource;
  /** Art in its own room, Math in the teacher's, a free one, and Art again for two slots. */
  let slots: Slot[];
  let home: string;

  beforeEach(async () => {
    const started = await startAs('event administrator', NOW);
    admin = started.visitor;
    event = await makeEvent(started.account);
    home = `/events/${String(event._id)}/slots`;
    const teaching = await makeTeachingPerson(event, 'Kim Lee');
    lee = teaching.resource;
    await setRoom(lee, 'Rm 12');
    const [art, math] = [
      await makeClass(event, 'Art', { teachers: [teaching.contact._id], edits: { room: 'Room 30' } }),
      await makeClass(event, 'Math', { teachers: [teaching.contact._id] }),
    ];
    await makeClass(event, 'Music', { teachers: [teaching.contact._id], edits: { room: 'Studio' } });
    slots = await makeSlots(event, lee, '2026-11-24', ['17:00', '17:10', '17:20', '17:30', '17:40']);
    await makeAppointment(slots[0]!, { class: art._id });
    await makeAppointment(slots[1]!, { class: math._id });
    await makeAppointment(slots[3]!, { class: art._id, more: [slots[4]!._id], to: slots[4]!.to });
    const park = await makeTeacher(event, 'Park', { contact: new Types.ObjectId(), room: 'rm 12' });
    slots.push(await makeSlot(event, park, '2026-11-24T17:00'));
    const gym = await makeTeacher(event, 'Cohen', { contact: new Types.ObjectId(), room: 'Gym' });
    slots.push(await makeSlot(event, gym, '2026-11-24T17:00'));
  });

  const setRoom = async ({ _id }: Resource, room: string) => {
    await Resource.updateOne({ _id }, { $set: { room } });
  };
  const preview = (fields: Record<string, string>) =>
    admin.post(`${home}/move/preview`, { kind: 'cancel', day: '2026-11-24', ...fields }, `${home}/move`);
  const staying = (text: string) =>
    [...text.matchAll(/<th scope="row"><a[^>]*>([^<]+)<[\s\S]*?data-label="Why">([^<]+)</g)].map(
      ([, when, why]) => `${when!} ${why!}`,
    );

  it('offers each room once, also of classes that somebody meets about', async () => {
    const { text } = await admin.get(`${home}/move`);
    const select = /<select[^>]*name="room"[\s\S]*?<\/select>/.exec(text)?.[0] ?? '';
    const rooms = [...select.matchAll(/<option[^>]*value="([^"]+)"/g)].map(([, room]) => room);
    assert.deepEqual(rooms, ['Gym', 'Rm 12', 'Room 30']);
  });

  it('cancels what is in that room, and says which meetings of its teachers are elsewhere and stay', async () => {
    const { text } = await preview({ room: 'Rm 12' });
    assert.match(text, /Cancel 1 appointment\?/);
    assert.match(text, /3 slots for 2 teachers on/);
    assert.deepEqual(
      staying(text),
      ['5:00', '5:30', '5:40'].map((at) => `Tue, Nov 24, ${at} PM The appointment is in another room.`),
    );
    const key = hidden(text, 'key');
    await admin.post(
      `${home}/move`,
      { kind: 'cancel', day: '2026-11-24', room: 'Rm 12', key },
      `${home}/move`,
    );
    const items = await SlotMoveItem.find().sort({ order: 1 }).lean();
    const named = items.map(({ slot, state }) => [slots.findIndex(({ _id }) => _id.equals(slot)), state]);
    assert.deepEqual(named.sort(), [
      [0, 'stays'],
      [1, 'todo'],
      [2, 'todo'],
      [3, 'stays'],
      [4, 'stays'],
      [5, 'todo'],
    ]);
  });

  it('moves a class’s room by its first meeting; the teacher’s other meetings stay', async () => {
    const { text } = await preview({ kind: 'move', room: 'room 30', toTime: '18:00' });
    assert.match(text, /3 slots for 1 teacher, with 2 appointments[\s\S]*The first begins at 6:00 PM/);
    assert.deepEqual(staying(text), ['Tue, Nov 24, 5:10 PM The appointment is in another room.']);
  });

  it('where all of a teacher’s meetings are elsewhere nothing goes', async () => {
    await Slot.deleteMany({ _id: { $in: [slots[1]!._id, slots[2]!._id] } });
    const { text } = await preview({ room: 'Rm 12', teacher: String(lee._id) });
    assert.match(text, /Nothing to cancel/);
    assert.equal(staying(text).length, 3);
    assert.match((await preview({ room: 'Studio' })).text, /There are no slots to move/);
  });
});
