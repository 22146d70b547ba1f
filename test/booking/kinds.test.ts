import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

const LINK = 'https://meet.example.org/lee?a=1&b=2';
const SHOWN = 'https://meet.example.org/lee?a=1&amp;b=2';

describe('meetings in person and by video', () => {
  let desk: Desk;
  let parent: Visitor;
  let office: Visitor;
  let slots: string;

  beforeEach(async () => {
    desk = await Desk.open();
    ({ visitor: parent } = await desk.parentOf(0));
    office = await new Visitor(desk.test.app).logIn(
      await makeUser(desk.fair.account._id, 'event administrator'),
    );
    slots = `/events/${desk.fair.event._id.toHexString()}`;
    const [first, second] = desk.fair.teachers[0]!.slots;
    await Slot.updateOne({ _id: first!._id }, { $set: { kind: 'video' } });
    await Slot.updateOne({ _id: second!._id }, { $set: { kind: 'either' } });
  });

  const teacher = () => desk.fair.teachers[0]!.resource._id.toHexString();
  const setLink = (link: string) =>
    office.post(`${slots}/slots/${teacher()}/room`, { link }, `${slots}/slots/${teacher()}`);
  const idOf = (path: string) => path.split('/').at(-1)!;
  const mailOf = async () => (await Notification.findOne({ kind: 'appointment booked' }).lean())!;

  it('a video meeting has the teacher’s link on its page, in the schedule, the mail and the calendar, and no room', async () => {
    assert.equal((await setLink(LINK)).status, 303);
    const times = await parent.get(desk.timesPath());
    assert.match(times.text, /<span class="time-note">Video<\/span>[\s\S]*In person or video/);
    const path = await desk.book(parent, 0, 0);
    for (const page of [path, `${desk.home}/schedule`]) {
      const { text } = await parent.get(page);
      assert.ok(text.includes(`href="${SHOWN}"`), page);
      assert.doesNotMatch(text, /Room 10|Main building\./, page);
    }
    const mail = await mailOf();
    assert.ok(mail.text.includes(`Where: Video meeting, ${LINK}`));
    assert.ok(mail.ics!.replace(/\r\n /g, '').includes(`LOCATION:${LINK}`));
    assert.equal((await Appointment.findById(idOf(path)).lean())?.kind, 'video');
    const { text } = await office.get(`${slots}/appointments`);
    assert.match(text, /data-label="Room">Video</);
  });

  it('where a slot is either, the family chooses, beside the question, and its choice stays when the time is changed', async () => {
    await setLink(LINK);
    const path = (await desk.choose(parent, 0, 1)).headers.location!;
    assert.match((await parent.get(path)).text, /How do you want to meet\?/);
    const unsaid = await parent.post(`${path}/confirm`, { note: 'Hi' }, path);
    assert.equal(unsaid.status, 422);
    assert.match(unsaid.text, /Select how you want to meet: in person or by video\./);
    assert.match(unsaid.text, />Hi<\/textarea>/);
    assert.equal((await parent.post(`${path}/confirm`, { meet: 'either' }, path)).status, 422);
    assert.equal((await parent.post(`${path}/confirm`, { meet: 'video' }, path)).status, 303);
    assert.ok((await parent.get(path)).text.includes(`href="${SHOWN}"`));
    await Slot.updateOne({ _id: desk.fair.teachers[0]!.slots[2]!._id }, { $set: { kind: 'either' } });
    const moved = (await desk.choose(parent, 0, 2, 0, { change: idOf(path) })).headers.location!;
    assert.match((await parent.get(moved)).text, /value="video" checked/);
    assert.equal((await parent.post(`${moved}/confirm`, { meet: 'in person' }, moved)).status, 303);
    const page = await parent.get(moved);
    assert.ok(!page.text.includes(SHOWN));
    assert.match(page.text, /Room 10/);
  });

  it('a slot’s own link comes before the teacher’s; without any the page says what happens', async () => {
    const path = await desk.book(parent, 0, 0);
    assert.match((await parent.get(path)).text, /The school will tell you how to join\./);
    await setLink(LINK);
    const page = `${slots}/day-sheet/${desk.fair.teachers[0]!.slots[0]!._id.toHexString()}`;
    assert.ok((await office.get(page)).text.includes(SHOWN));
    const saved = await office.post(`${page}/link`, { link: 'zoom.us/j/123' }, page);
    assert.equal(saved.status, 303);
    assert.match((await parent.get(path)).text, /href="https:\/\/zoom\.us\/j\/123"/);
  });

  it('what is booked before its slot becomes another kind goes by the slot, and a slot that becomes either keeps what was agreed', async () => {
    const path = await desk.book(parent, 0, 2);
    const { _id } = desk.fair.teachers[0]!.slots[2]!;
    await Slot.updateOne({ _id }, { $set: { kind: 'video' } });
    assert.match((await parent.get(path)).text, /Video meeting/);
    await Slot.updateOne({ _id }, { $set: { kind: 'either' } });
    assert.match((await parent.get(path)).text, /Room 10/);
  });

  for (const link of [
    'javascript:alert(1)',
    'http://meet.example.org',
    'https://',
    'soon',
    'https://a@b.example',
    `https://x.example/${'a'.repeat(500)}`,
  ])
    it(`a link that is none is refused by its field: ${link.slice(0, 30)}`, async () => {
      const answer = await setLink(link);
      assert.equal(answer.status, 422);
      assert.match(answer.text, /Enter a video link that starts with https|Use 500 characters at most/);
      assert.equal((await Resource.findById(teacher()).lean())?.link, undefined);
    });
});
