import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { usualText } from '../../server/notifications/messages/default-texts.js';
import { ENGLISH } from '../../server/web/words.js';
import { Event } from '../../server/models/event.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';

const NOW = new Date('2026-11-02T15:00:00Z');

describe('the office and the emails of an event', () => {
  let account: Types.ObjectId;
  let office: Visitor;
  let event: Event;
  let path: string;

  beforeEach(async () => {
    ({ account, visitor: office } = await startAs('event administrator', NOW));
    event = await makeEvent(account, { place: 'The <gym>' });
    path = `/events/${event._id.toHexString()}/settings/emails`;
  });

  async function send(html: string, change: Record<string, string> = {}, act = 'save') {
    const form = readForm(html, path, path);
    assert.ok(form, html);
    const fields = form.fields.filter(([name]) => !(name in change) && name !== 'act');
    const body = new URLSearchParams([...fields, ...Object.entries(change), ['act', act]]);
    return office.agent.post(path).type('form').send(body.toString());
  }
  const open = async () => (await office.get(path)).text;
  const stored = async () => (await Event.findById(event._id).lean())!;

  it('begin with Slotbell’s texts, which are not stored while nobody changes them', async () => {
    const html = await open();
    assert.match(html, /Booked: \{teacher\}, \{when\}/);
    assert.equal((await send(html, { officePhone: '(555) 010-2000' })).status, 303);
    const { messages, office: kept, reminders } = await stored();
    assert.deepEqual(messages ?? {}, {});
    assert.deepEqual(reminders, []);
    assert.deepEqual(kept, { phone: '(555) 010-2000', email: '', replyTo: '' });
    assert.equal((await send(await open(), { officeEmail: 'office@maple.example' })).status, 303);
    assert.equal((await send(await open(), { bookedText: 'Hi {Parent}' })).status, 303);
    assert.equal((await send(await open(), { changedSubject: 'New: {when}' })).status, 303);
    assert.equal((await send(await open(), { bookedText: '' })).status, 303);
    assert.deepEqual((await stored()).messages, {
      changed: { subject: 'New: {when}', text: usualText('changed', ENGLISH).text },
    });
  });

  it('are previewed for a made-up family, escaped, and nothing is saved by it', async () => {
    const page = await send(
      await open(),
      {
        bookedSubject: '<b>{student}</b> & {school}',
        bookedText: 'Dear {parent}: {where} {details}\n{office}',
        officePhone: '555-010-2000',
      },
      'preview',
    );
    assert.equal(page.status, 200);
    assert.match(page.text, /mail-subject text-break">&lt;b&gt;Alex&lt;\/b&gt; &amp; Maple School</);
    assert.match(page.text, /Dear Jordan Smith: Room 12, The &lt;gym&gt; Teacher: Ms\. Rivera/);
    assert.match(page.text, /Call the school’s office at 555-010-2000\./);
    assert.equal((await stored()).messages, undefined);
  });

  const faults: [string, Record<string, string>, RegExp][] = [
    ['an unknown macro', { bookedText: 'Hi {studnet}' }, /Confirmation, text: “studnet” can’t be filled in/],
    ['one in a subject', { reminderSubject: '{x y}' }, /Reminder, subject: “x y” can’t be filled in/],
    ['one with code', { changedText: '{<script>}' }, /New time, text: “&lt;script&gt;” can’t be filled in/],
    ['a property of all objects', { bookedText: '{constructor}' }, /“constructor” can’t be filled in/],
    ['a long text', { cancelledText: 'x'.repeat(2001) }, /Cancellation, text: use 2000 characters at most/],
    [
      'a phone number that is none',
      { officePhone: 'call us' },
      /Enter the office’s phone number with at least 7/,
    ],
    [
      'an address that is none',
      { replyTo: 'me@' },
      /Enter the address for replies, like office@example\.org/,
    ],
    ['no hours', { reminders: 'soon' }, /reminders as whole hours from 1 to 336, like 48, 2/],
    ['too many hours', { reminders: '400' }, /reminders as whole hours from 1 to 336/],
    ['half hours', { reminders: '1.5' }, /reminders as whole hours from 1 to 336/],
    ['too many reminders', { reminders: '1,2,3,4,5,6' }, /Enter 5 reminders at most/],
  ];
  for (const [what, change, message] of faults)
    it(`with ${what} are refused by the field’s name, also in a preview, and what was typed is kept`, async () => {
      const html = await open();
      for (const act of ['save', 'preview']) {
        const answer = await send(html, { officeEmail: 'kept@maple.example', ...change }, act);
        assert.equal(answer.status, 422);
        assert.match(answer.text, message);
        assert.match(answer.text, /value="kept@maple\.example"/);
      }
      assert.equal((await stored()).office, undefined);
    });

  it('reminders are kept once each, the most hours first', async () => {
    await send(await open(), { reminders: ' 2, 48 24,2' });
    assert.deepEqual((await stored()).reminders, [48, 24, 2]);
    assert.match(await open(), /value="48, 24, 2"/);
  });

  it('when two people save, the second sees what changed and keeps what they typed', async () => {
    const [mine, theirs] = [await open(), await open()];
    await send(theirs, { reminders: '24', officePhone: '555-010-2000' });
    const refused = await send(mine, { officePhone: '555-010-3000' });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /Office phone[\s\S]*Empty[\s\S]*555-010-2000[\s\S]*Reminders[\s\S]*24/);
    assert.equal((await send(refused.text)).status, 303);
    const { office: kept, reminders } = await stored();
    assert.equal(kept?.phone, '555-010-3000');
    assert.deepEqual(reminders, [24]);
  });
});
