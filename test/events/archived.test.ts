import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Event } from '../../server/models/event.js';
import { WaitlistEntry } from '../../server/models/waitlist-entry.js';
import { disableForms } from '../../server/web/disable-forms.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

describe('an archived event', () => {
  let desk: Desk;
  let office: Visitor;
  let home: string;
  let event: Types.ObjectId;

  beforeEach(async () => {
    desk = await Desk.open();
    event = desk.fair.event._id;
    home = `/events/${event.toHexString()}`;
    office = await new Visitor(desk.test.app).logIn(await makeUser(desk.fair.account._id, 'administrator'));
    const { visitor } = await desk.parentOf(0);
    await desk.book(visitor, 0, 0);
    await Event.updateOne({ _id: event }, { $set: { status: 'archived' } });
  });

  it('was asked about first, with what ends: places on the waitlist, and reminders', async () => {
    await Event.updateOne({ _id: event }, { $set: { status: 'active', reminders: [24] } });
    const waiting = { account: desk.fair.account._id, event, user: event, household: event, wish: 'x' };
    await WaitlistEntry.create({
      ...{
        ...waiting,
        resource: event,
        students: [event],
        state: 'waiting',
        open: true,
        joinedAt: new Date(),
      },
    });
    const { text } = await office.get(`${home}/archive`);
    assert.match(text, /1 booked appointment stays[\s\S]*1 family is taken off the waitlist for good/);
    assert.match(text, /No reminders are sent while it’s archived/);
  });

  it('offers nothing that changes it on any of its tabs, but for coming back', async () => {
    const slot = desk.fair.teachers[0]!.slots[0]!._id.toHexString();
    const teacher = desk.fair.teachers[0]!.resource._id.toHexString();
    const tabs = [
      '',
      '/classes',
      '/slots',
      `/slots/${teacher}`,
      '/day-sheet',
      `/day-sheet/${slot}`,
      '/appointments',
    ];
    for (const tab of [
      ...tabs,
      '/problems',
      '/families',
      '/messages',
      '/sync',
      '/settings',
      '/settings/questions',
      '/settings/draw',
      '/settings/emails',
    ]) {
      const { status, text } = await office.get(`${home}${tab}`);
      assert.equal(status, 200, tab);
      assert.match(text, /This event is archived/, tab);
      // What stands in a disabled field set cannot be pressed.
      const live = text.replace(/<form\b[^>]*><fieldset class="form-off" disabled>[\s\S]*?<\/form>/g, '');
      const forms = live.match(/<form\b[^>]*method="post"[^>]*>/g) ?? [];
      const left = forms.filter((form) => !form.includes('action="/logout"'));
      assert.equal(left.length, tab === '/settings' ? 1 : 0, `${tab}: ${left.join()}`);
      assert.doesNotMatch(live, /Make slots<|Open booking|Close booking|Mark as done|Save settings/, tab);
    }
    assert.match((await office.get(`${home}/appointments`)).text, /Download CSV/);
    assert.match(
      (await office.get(`${home}/settings`)).text,
      /Bring back this event[\s\S]*Use as template[\s\S]*Delete this event/,
    );
  });

  it('stays as it is, whatever is sent', async () => {
    const teacher = desk.fair.teachers[0]!.resource._id.toHexString();
    for (const path of [
      '/settings',
      '/settings/questions',
      '/settings/draw',
      '/settings/emails',
      '/steps',
      '/opening',
      `/slots/${teacher}/room`,
      '/classes/new',
      '/sync/runs',
    ]) {
      const answer = await office.post(`${home}${path}`, { name: 'Changed', room: 'X' }, `${home}/settings`);
      assert.equal(answer.status, 409, path);
      assert.match(answer.text, /This event is archived/, path);
    }
    assert.equal((await office.post(`${home}/return`, {}, `${home}/settings`)).status, 303);
    assert.doesNotMatch((await office.get(`${home}/settings`)).text, /form-off/);
  });

  it('a page’s forms are disabled one by one, but for those that look for something and log out', () => {
    const search = '<form method="get" action="/a"><button>Search</button></form>';
    const leave = '<form method="post" action="/logout"><button>Log out</button></form>';
    const marked = '<form data-live-form method="post"><button>Back</button></form>';
    assert.equal(disableForms(search + leave + marked), search + leave + marked);
    assert.equal(
      disableForms(`a<form class="x" method="post"><button>Go</button></form>${search}`),
      `a<form class="x" method="post"><fieldset class="form-off" disabled><button>Go</button></fieldset></form>${search}`,
    );
  });
});
