import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { User } from '../../server/models/user.js';
import { makeUser, startAs, type Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';

const NOW = new Date('2026-11-20T18:00:00Z');
const LOGINS = '/global-setup/logins';

describe('what is selected or typed beside a button, and what somebody else changed meanwhile', () => {
  let office: Visitor;
  let account: Types.ObjectId;

  beforeEach(async () => {
    ({ account, visitor: office } = await startAs('administrator', NOW));
  });

  /** A page as a browser holds it: each press sends its form as it was shown, with a change. */
  async function open(page: string) {
    const { text } = await office.get(page);
    return async (button: string, change: Record<string, string>) => {
      const form = readForm(text, button, page);
      assert.ok(form, `${page} has no button to ${button}`);
      const body = new URLSearchParams(form.fields.filter(([name]) => !(name in change)));
      for (const [name, value] of Object.entries(change)) body.append(name, value);
      return office.agent.post(button).type('form').send(body.toString());
    };
  }
  const levelOf = async ({ _id }: User) => (await User.findById(_id).orFail().lean()).grants[0]?.level;

  it('a level that somebody else changed is told, and the own one is saved when sent again', async () => {
    const user = await makeUser(account, 'appointment viewer', { name: 'Jo Wren' });
    const field = `level-${String(user._id)}`;
    const button = `${LOGINS}/${String(user._id)}/level`;
    const [first, second] = [await open(LOGINS), await open(LOGINS)];
    assert.equal((await first(button, { [field]: 'appointment maker' })).status, 303);
    const told = await second(button, { [field]: 'event administrator' });
    assert.equal(told.status, 422);
    assert.match(told.text, /Somebody else changed the access level of Jo Wren/);
    assert.match(told.text, /<option value="event administrator" selected>/);
    assert.equal(await levelOf(user), 'appointment maker');
    const again = readForm(told.text, button, LOGINS);
    const sent = new URLSearchParams(again?.fields);
    assert.equal((await office.agent.post(button).type('form').send(sent.toString())).status, 303);
    assert.equal(await levelOf(user), 'event administrator');
  });

  it('a level is changed; other levels and an invitation stay selected and typed', async () => {
    const user = await makeUser(account, 'appointment viewer', { name: 'Jo Wren' });
    const other = await makeUser(account, 'appointment viewer', { name: 'Al Finch' });
    const press = await open(LOGINS);
    const answer = await press(`${LOGINS}/${String(user._id)}/level`, {
      [`level-${String(user._id)}`]: 'appointment maker',
      [`level-${String(other._id)}`]: 'event administrator',
      email: 'kim@example.org',
    });
    assert.equal(await levelOf(user), 'appointment maker');
    assert.equal(await levelOf(other), 'appointment viewer');
    assert.match(answer.text, /aren’t saved yet/);
    assert.match(answer.text, /<option value="event administrator" selected>/);
    assert.match(answer.text, /value="kim@example\.org"/);
  });

  it('an access to Clever that somebody else saved is not overwritten unseen', async () => {
    const kinds = { students: true, teachers: true, staff: false, contacts: false };
    const clever = { districtId: 'a'.repeat(24), approval: 'unknown', enabled: false, schools: [], kinds };
    await Account.updateOne({ _id: account }, { $set: { clever } });
    const stored = async () => (await Account.findById(account).orFail().lean()).clever?.credentials;
    const page = '/global-setup/clever';
    const second = await open(page);
    const credentials = { kind: 'token', token: 'sealed' };
    await Account.updateOne(
      { _id: account },
      { $set: { 'clever.credentials': credentials, 'clever.credentialsAt': NOW } },
    );
    const told = await second(`${page}/access`, { kind: 'token', token: 'b'.repeat(40) });
    assert.equal(told.status, 422);
    assert.match(told.text, /Somebody else saved an access/);
    assert.deepEqual(await stored(), credentials);
  });

  it('settings that are typed stay when the event is brought back', async () => {
    const event = await makeEvent(account, { status: 'archived' });
    const home = `/events/${String(event._id)}`;
    const press = await open(`${home}/settings`);
    const answer = await press(`${home}/return`, { place: 'The new gym' });
    assert.equal(answer.status, 200);
    assert.match(answer.text, /The event is back/);
    assert.match(answer.text, /value="The new gym"/);
    assert.equal((await Event.findById(event._id).orFail().lean()).status, 'active');

    await Event.updateOne({ _id: event._id }, { $set: { status: 'archived' } });
    const plain = await open(`${home}/settings`);
    assert.equal((await plain(`${home}/return`, {})).status, 303);
  });
});
