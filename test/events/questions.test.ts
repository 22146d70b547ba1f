import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { Event } from '../../server/models/event.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';

const NOW = new Date('2026-11-02T15:00:00Z');

describe('the questions of an event', () => {
  let account: Types.ObjectId;
  let office: Visitor;
  let event: Event;
  let path: string;

  beforeEach(async () => {
    ({ account, visitor: office } = await startAs('event administrator', NOW));
    event = await makeEvent(account);
    path = `/events/${event._id.toHexString()}/settings/questions`;
  });

  /** The form as a page has it, with changes, sent by one of its buttons. */
  async function send(html: string, act: string, change: Record<string, string> = {}) {
    const form = readForm(html, path, path);
    assert.ok(form, html);
    const body = new URLSearchParams(form.fields.filter(([name]) => !(name in change) && name !== 'act'));
    for (const [name, value] of Object.entries(change)) if (value !== '-') body.append(name, value);
    body.append('act', act);
    return office.agent.post(path).type('form').send(body.toString());
  }
  const idsIn = (html: string) =>
    [...html.matchAll(/name="fields" value="([0-9a-f]{24})"/g)].map((found) => found[1]!);
  const stored = async () => (await Event.findById(event._id).lean())?.fields;
  const open = async () => (await office.get(path)).text;

  async function ask(...labels: string[]): Promise<string[]> {
    let html = await open();
    for (const label of labels) {
      html = (await send(html, 'add')).text;
      const id = idsIn(html).at(-1)!;
      html = (await send(html, 'up:000000000000000000000000', { [`label-${id}`]: label })).text;
    }
    assert.equal((await send(html, 'save')).status, 303);
    return idsIn(html);
  }

  it('are added, moved and removed in one form, and nothing is saved before the button says so', async () => {
    let html = (await send(await open(), 'add')).text;
    const [first] = idsIn(html);
    html = (await send(html, 'add', { [`label-${first!}`]: 'Allergies?' })).text;
    const second = idsIn(html)[1]!;
    html = (
      await send(html, `up:${second}`, {
        [`label-${second}`]: 'Language',
        [`kind-${second}`]: 'choice',
        [`choices-${second}`]: 'English\r\nSpanish \r\n\r\nEnglish',
        [`required-${second}`]: 'yes',
      })
    ).text;
    assert.deepEqual(idsIn(html), [second, first]);
    assert.match(html, /Nothing is saved yet/);
    assert.equal(await stored(), undefined);
    assert.equal((await send(html, 'save')).status, 303);
    assert.deepEqual(await stored(), [
      {
        ...{ id: second, label: 'Language', kind: 'choice', choices: ['English', 'Spanish'] },
        ...{ required: true, staffOnly: false },
      },
      { id: first, label: 'Allergies?', kind: 'text', choices: [], required: false, staffOnly: false },
    ]);
    html = (await send(await open(), `remove:${second}`)).text;
    await send(html, 'save');
    assert.deepEqual(
      (await stored())?.map(({ label }) => label),
      ['Allergies?'],
    );
  });

  it('that are wrong are named by number and field, and what was typed is kept', async () => {
    const [id] = await ask('Allergies?', 'Pets?');
    const html = await open();
    const answer = await send(html, 'save', {
      [`label-${id!}`]: ' ',
      [`kind-${id!}`]: 'choice',
      [`choices-${id!}`]: 'only <one>',
    });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Question 1: enter what you ask\./);
    assert.match(answer.text, /Question 1: enter at least two choices, one per line\./);
    assert.match(answer.text, /only &lt;one&gt;/);
    const twice = await send(html, 'save', { [`label-${id!}`]: 'PETS?' });
    assert.match(twice.text, /Question 2: another question asks the same/);
    const kind = await send(html, 'save', { [`kind-${id!}`]: 'number' });
    assert.match(kind.text, /Question 1: select a kind of answer from the list\./);
  });

  it('are 12 at most, with 20 choices of 60 characters each', async () => {
    let html = await open();
    for (let n = 0; n < 13; n++) html = (await send(html, 'add')).text;
    assert.equal(idsIn(html).length, 12);
    assert.doesNotMatch(html, /value="add"/);
    const more = idsIn(html).concat('a'.repeat(24));
    const token = readForm(html, path, path)!.fields.find(([name]) => name === '_csrf')!;
    const body = new URLSearchParams([token, ...more.map((id): [string, string] => ['fields', id])]);
    const answer = await office.agent.post(path).type('form').send(body.toString());
    assert.match(answer.text, /Ask 12 questions at most/);
    const [id] = idsIn(html);
    const choices = (list: string[]) => ({ [`kind-${id!}`]: 'choice', [`choices-${id!}`]: list.join('\n') });
    const many = Array.from({ length: 21 }, (_, n) => `Choice ${n}`);
    assert.match((await send(html, 'save', choices(many))).text, /20 choices at most/);
    assert.match(
      (await send(html, 'save', choices(['a', 'b'.repeat(61)]))).text,
      /60 characters at most for each/,
    );
    assert.equal(await stored(), undefined);
  });

  it('when two people save, the second sees what changed, keeps what they typed, and takes the rest as it is now', async () => {
    const [allergies, pets] = await ask('Allergies?', 'Pets?');
    const mine = await open();
    const theirs = await open();
    const added = (await send(theirs, 'add', { [`label-${pets!}`]: 'Any pets?' })).text;
    await send(added, 'save', { [`label-${idsIn(added).at(-1)!}`]: 'Siblings?' });
    const refused = await send(mine, 'save', { [`label-${allergies!}`]: 'Food allergies?' });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /Question 2[\s\S]*Pets\? \(Short text\)[\s\S]*Any pets\? \(Short text\)/);
    assert.match(refused.text, /Question 3[\s\S]*Empty[\s\S]*Siblings\?/);
    assert.equal((await send(refused.text, 'save')).status, 303);
    assert.deepEqual(
      (await stored())?.map(({ label }) => label),
      ['Food allergies?', 'Any pets?', 'Siblings?'],
    );
  });

  it('of an archived event stay as they are', async () => {
    await ask('Pets?');
    await Event.updateOne({ _id: event._id }, { $set: { status: 'archived' } });
    const html = await open();
    assert.doesNotMatch(html, /Save questions<\/button><a|Add a question/);
    const answer = await office.post(path, { act: 'save' }, path);
    assert.equal(answer.status, 409);
    assert.equal((await stored())?.length, 1);
  });
});
