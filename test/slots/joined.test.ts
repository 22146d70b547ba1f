import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Diary } from '../../server/models/diary.js';
import type { Event } from '../../server/models/event.js';
import type { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-10-02T15:00:00Z');
const MINUTE = 60_000;
const LINK = 'https://video.example/three';

describe('slots that somebody joins', () => {
  let account: Types.ObjectId;
  let admin: Visitor;
  let event: Event;
  let lee: Resource;
  let park: Resource;
  let counselor: Resource;
  let home: string;

  beforeEach(async () => {
    ({ account, visitor: admin } = await startAs('event administrator', NOW));
    event = await makeEvent(account, { days: ['2026-11-24', '2026-11-25'] });
    [lee, park, counselor] = await Promise.all([
      makeTeacher(event, 'Lee', { contact: new Types.ObjectId() }),
      makeTeacher(event, 'Park', { contact: new Types.ObjectId() }),
      makeTeacher(event, 'Ortiz', { contact: new Types.ObjectId() }),
    ]);
    home = `/events/${String(event._id)}/slots`;
  });

  /** Three slots of 20 minutes from 3:00; those named are joined. */
  async function lay(joined: number[], more: Partial<Slot> = {}): Promise<Slot[]> {
    const slots: Slot[] = [];
    for (const [n, at] of ['15:00', '15:20', '15:40'].entries()) {
      const from = new Date(`2026-11-24T${at}:00-06:00`);
      const own = { to: new Date(+from + 20 * MINUTE), ...(joined.includes(n) ? more : {}) };
      slots.push(await makeSlot(event, lee, `2026-11-24T${at}`, own));
    }
    return slots;
  }
  const post = (page: string, fields: Record<string, string>) =>
    admin.post(`${home}/${page}`, { resources: String(lee._id), ...fields }, home);
  const laidOut = async (of: Resource, day: string) =>
    (await Slot.find({ resource: of._id, day }).sort({ from: 1 }).lean()).map(
      ({ from, to, with: others = [], link = '' }) =>
        [
          `${from.toISOString().slice(11, 16)}-${to.toISOString().slice(11, 16)}`,
          ...(others.some((id) => id.equals(counselor._id)) ? ['Ortiz'] : []),
          ...(link ? [link] : []),
        ].join(' '),
    );

  it('become more slots with the same people and link', async () => {
    await lay([0, 1, 2], { with: [counselor._id], link: LINK });
    await post('bulk', { minutes: '10', sure: '1' });
    assert.deepEqual(
      await laidOut(lee, '2026-11-24'),
      ['21:00-21:10', '21:10-21:20', '21:20-21:30', '21:30-21:40', '21:40-21:50', '21:50-22:00'].map(
        (at) => `${at} Ortiz ${LINK}`,
      ),
    );
  });

  it('are a row of their own: nobody gets a time at which they did not join', async () => {
    await lay([1], { with: [counselor._id] });
    await post('bulk', { minutes: '10', sure: '1' });
    assert.deepEqual(await laidOut(lee, '2026-11-24'), ['21:00-21:10', '21:20-21:30 Ortiz', '21:40-21:50']);
    await Slot.deleteMany({});
    await lay([2], { link: LINK });
    await post('bulk', { minutes: '10', sure: '1' });
    assert.deepEqual(await laidOut(lee, '2026-11-24'), [
      ...['21:00-21:10', '21:10-21:20', '21:20-21:30', '21:30-21:40'],
      `21:40-21:50 ${LINK}`,
    ]);
  });

  it('are another teacher’s alone when copied to them, and the preview says so', async () => {
    await lay([0, 1], { with: [counselor._id], link: LINK });
    const { text } = await post('copy', { to: String(park._id) });
    assert.match(text, /2 slots are for the teacher alone/);
    assert.match(text, /2 slots use the new teacher’s video link/);
    assert.doesNotMatch(text, /has another appointment then/);
    await post('copy', { to: String(park._id), sure: '1' });
    assert.deepEqual(await laidOut(park, '2026-11-24'), ['21:00-21:20', '21:20-21:40', '21:40-22:00']);
  });

  it('keep on another day who has that time free', async () => {
    await lay([0, 1], { with: [counselor._id], link: LINK });
    const other = await makeSlot(event, counselor, '2026-11-25T15:10');
    const met = await makeAppointment(other);
    await Diary.create({
      _id: `${String(counselor.contact)}:2026-11-25`,
      account,
      busy: [{ from: other.from, to: other.to, slot: other._id, appointment: met._id }],
    });
    const { text } = await post('copy', { toDay: '2026-11-25' });
    assert.match(text, /1 slot is made without somebody who has another appointment then/);
    assert.doesNotMatch(text, /teacher alone|video link/);
    await post('copy', { toDay: '2026-11-25', sure: '1' });
    assert.deepEqual(await laidOut(lee, '2026-11-25'), [
      `21:00-21:20 ${LINK}`,
      `21:20-21:40 Ortiz ${LINK}`,
      '21:40-22:00',
    ]);
  });
});
