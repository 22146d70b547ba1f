import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/demo/read-form.js';
import { Account } from '../../server/models/account.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-11-20T18:00:00Z');

/** Pages on which things are typed or selected beside a button of something else. */
describe('a page with several buttons', () => {
  let office: Visitor;
  let account: Types.ObjectId;

  beforeEach(async () => {
    ({ account, visitor: office } = await startAs('administrator', NOW));
  });

  /** Presses a button of a page in a browser without scripts: all of its form is sent, and nothing else of the page. */
  async function press(page: string, button: string, change: Record<string, string | string[]>) {
    const shown = await office.get(page);
    const form = readForm(shown.text, button, page);
    assert.ok(form, `${page} has no button to ${button}`);
    for (const name of Object.keys(change))
      assert.match(
        formAround(shown.text, button),
        new RegExp(`name="${name}"`),
        `${name} is beside ${button}`,
      );
    const body = new URLSearchParams(form.fields.filter(([name]) => !(name in change)));
    for (const [name, value] of Object.entries(change))
      for (const each of [value].flat()) body.append(name, each);
    return office.agent.post(button).type('form').send(body.toString());
  }

  it('Clever: kinds that are selected are saved by Enable, and by Disable', async () => {
    const kinds = { students: true, teachers: true, staff: false, contacts: false };
    await Account.updateOne(
      { _id: account },
      {
        $set: {
          clever: { districtId: 'a'.repeat(24), approval: 'approved', enabled: true, schools: [], kinds },
        },
      },
    );
    const clever = async () => (await Account.findById(account).orFail().lean()).clever;
    const home = '/global-setup/clever';
    const off = await press(home, `${home}/disable`, { kinds: ['students', 'contacts'] });
    assert.equal(off.status, 303);
    assert.deepEqual((await clever())?.kinds, {
      students: true,
      teachers: false,
      staff: false,
      contacts: true,
    });
    assert.equal((await clever())?.enabled, false);

    const none = await press(home, `${home}/enable`, { kinds: [] });
    assert.equal(none.status, 422);
    assert.match(none.text, /at least one kind/);
    const on = await press(home, `${home}/enable`, { kinds: ['students', 'staff'] });
    // No school is matched, so it is not enabled; what was selected is saved all the same.
    assert.equal(on.status, 422);
    assert.deepEqual((await clever())?.kinds, {
      students: true,
      teachers: false,
      staff: true,
      contacts: false,
    });
  });

  it('Field mapping: names are saved by Continue; fields stay selected when names are saved', async () => {
    const home = '/global-setup/clever/mapping';
    const names = async () => (await Account.findById(account).orFail().lean()).identifierNames;
    const next = await press(home, home, { 'student-communityId': 'sis_id', communityId: 'Library card' });
    assert.equal(next.status, 200);
    assert.match(next.text, /Students: Library card/);
    assert.equal((await names())?.communityId, 'Library card');

    const saved = await press(home, `${home}/names`, {
      'student-communityId': 'sis_id',
      communityId: 'Badge',
    });
    assert.equal((await names())?.communityId, 'Badge');
    assert.match(saved.text, /<option value="sis_id" selected>/);
    assert.match(saved.text, /The names are saved/);
  });

  it('a teacher’s slots: the room is saved by every button; slots stay selected when the room is saved', async () => {
    const event = await makeEvent(account);
    const teacher = await makeTeacher(event, 'Ms. Bennett', { room: '12' });
    const slot = await makeSlot(event, teacher, '2026-11-24T17:00');
    const page = `/events/${event._id.toHexString()}/slots/${teacher._id.toHexString()}`;
    const ids = slot._id.toHexString();
    const room = async () => (await Resource.findById(teacher._id).orFail().lean()).room;

    const kept = await press(page, `${page}/room`, { ids, room: '14' });
    assert.equal(await room(), '14');
    assert.match(kept.text, new RegExp(`value="${ids}" checked`));
    const hidden = await press(page, `${page}/changes`, { ids, room: '15', action: 'hide' });
    assert.equal(hidden.status, 303);
    assert.equal(await room(), '15');
    assert.equal((await Slot.findById(slot._id).orFail().lean()).state, 'hidden');
    const wrong = await press(page, `${page}/changes`, { ids, room: 'x'.repeat(61), action: 'show' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, new RegExp(`value="${ids}" checked`));
  });
});

function formAround(html: string, button: string): string {
  const forms = [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form);
  return forms.find((form) => form.includes(`action="${button}"`)) ?? '';
}
