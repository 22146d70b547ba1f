import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { changedMeanwhile, seenOf } from '../../server/web/compare-seen.js';
import { saveSeen } from '../../server/web/save-seen.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeEvent, makeTeacher } from '../support/event.js';
import { live } from '../support/roster/crash.js';

const NOW = new Date('2026-11-20T18:00:00Z');

type Values = Record<string, string | string[]>;

interface Place {
  page: string;
  action: string;
  one: Values;
  other: Values;
  /** What the refusal names: field, before, after. */
  tells: RegExp[];
  stored(): Promise<unknown>;
  /** What is stored of the first, and of the second who sends their own again. */
  first: unknown;
  second: unknown;
}

describe('two people who save one form', () => {
  let one: Visitor;
  let account: Types.ObjectId;
  let event: Event;
  let teacher: Resource;

  beforeEach(async () => {
    const started = await startAs('administrator', NOW);
    ({ account, visitor: one } = started);
    event = await makeEvent(account, {
      name: 'Fall conferences',
      sync: { on: true, onSince: NOW, hour: 1, schools: [], terms: [], noTerm: false },
    });
    teacher = await makeTeacher(event, 'Ms. Bennett', { room: '12' });
    const clever = { districtId: 'a'.repeat(24), approval: 'unknown', enabled: false, schools: [] };
    const kinds = { students: true, teachers: true, staff: false, contacts: false };
    await Account.updateOne({ _id: account }, { $set: { clever: { ...clever, kinds } } });
  });

  /** A page's form as it stands, changed: what a browser would send. */
  async function open(place: Place): Promise<(change: Values) => Promise<{ status: number; text: string }>> {
    const page = await one.get(place.page);
    const form = readForm(page.text, place.action, place.page);
    assert.ok(form, page.text);
    return async (change) => {
      const body = new URLSearchParams(form.fields.filter(([name]) => !(name in change)));
      for (const [name, value] of Object.entries(change))
        for (const each of [value].flat()) body.append(name, each);
      return one.agent.post(place.action).type('form').send(body.toString());
    };
  }

  const home = () => `/events/${event._id.toHexString()}`;
  const stored = () => Event.findById(event._id).orFail().lean();
  const places: Record<string, () => Place> = {
    'settings of an event': () => ({
      page: `${home()}/settings`,
      action: `${home()}/settings`,
      one: { name: 'Autumn conferences' },
      other: { name: 'Fall talks' },
      tells: [/>Name<[\s\S]*Fall conferences[\s\S]*Autumn conferences/],
      stored: async () => (await stored()).name,
      first: 'Autumn conferences',
      second: 'Fall talks',
    }),
    'limits of an event': () => ({
      page: `${home()}/settings`,
      action: `${home()}/settings`,
      one: { perHousehold: '2', opensAt: '2026-11-21T08:00' },
      other: { perHousehold: '3' },
      tells: [
        /For each family[\s\S]*No limit[\s\S]*>2</,
        /Booking opens[\s\S]*Empty[\s\S]*Saturday, November 21, 2026 at 8:00 AM/,
      ],
      stored: async () => (await stored()).booking.perHousehold,
      first: 2,
      second: 3,
    }),
    'the school account': () => ({
      page: '/global-setup',
      action: '/global-setup',
      one: { name: 'Maple Middle School' },
      other: { name: 'Maple Academy' },
      tells: [/School or district<\/th>[\s\S]*Maple School[\s\S]*Maple Middle School/],
      stored: async () => (await Account.findById(account).orFail().lean()).name,
      first: 'Maple Middle School',
      second: 'Maple Academy',
    }),
    'the room of a teacher': () => ({
      page: `${home()}/slots/${teacher._id.toHexString()}`,
      action: `${home()}/slots/${teacher._id.toHexString()}/room`,
      one: { room: '14' },
      other: { room: '15' },
      tells: [/>Room<[\s\S]*>12<[\s\S]*>14</],
      stored: async () => (await Resource.findById(teacher._id).orFail().lean()).room,
      first: '14',
      second: '15',
    }),
    'the hour of the nightly sync': () => ({
      page: `${home()}/sync`,
      action: `${home()}/sync/hour`,
      one: { hour: '3' },
      other: { hour: '4' },
      tells: [/Hour of the night[\s\S]*1 AM[\s\S]*3 AM/],
      stored: async () => (await stored()).sync?.hour,
      first: 3,
      second: 4,
    }),
    'the names of identifiers': () => ({
      page: '/global-setup/clever/mapping',
      action: '/global-setup/clever/mapping/names',
      one: { communityId: 'Lunch number' },
      other: { communityId: 'Library card' },
      tells: [/First identifier[\s\S]*Community ID[\s\S]*Lunch number/],
      stored: async () => (await Account.findById(account).orFail().lean()).identifierNames?.communityId,
      first: 'Lunch number',
      second: 'Library card',
    }),
    'the kinds that Clever brings': () => ({
      page: '/global-setup/clever',
      action: '/global-setup/clever/kinds',
      one: { kinds: ['students', 'teachers', 'contacts'] },
      other: { kinds: ['students'] },
      tells: [/People that the sync brings[\s\S]*students, teachers<[\s\S]*contacts, students, teachers</],
      stored: async () => (await Account.findById(account).orFail().lean()).clever?.kinds.contacts,
      first: true,
      second: false,
    }),
  };

  for (const [what, of] of Object.entries(places))
    it(`${what}: the second is told what changed, keeps what they typed, and may still save it`, async () => {
      const place = of();
      const [first, second] = [await open(place), await open(place)];
      assert.equal((await first(place.one)).status, 303);
      const told = await second(place.other);
      assert.equal(told.status, 422);
      assert.match(told.text, /Somebody else changed this/);
      for (const pattern of place.tells) assert.match(told.text, pattern);
      assert.deepEqual(await place.stored(), place.first);

      const again = readForm(told.text, place.action, place.page);
      assert.ok(again);
      for (const [name, value] of Object.entries(place.other))
        assert.deepEqual(
          again.fields.filter(([field]) => field === name).map(([, held]) => held),
          [value].flat(),
        );
      const saved = await one.agent
        .post(place.action)
        .type('form')
        .send(new URLSearchParams(again.fields).toString());
      assert.equal(saved.status, 303);
      assert.deepEqual(await place.stored(), place.second);
    });

  it('who changes another field gets both: what they left alone becomes what it is now', async () => {
    const place = places['settings of an event']!();
    const [first, second] = [await open(place), await open(place)];
    await first({ name: 'Autumn conferences' });
    const told = await second({ place: 'Gym' });
    const again = readForm(told.text, place.action, place.page);
    assert.ok(again);
    await one.agent.post(place.action).type('form').send(new URLSearchParams(again.fields).toString());
    const now = await stored();
    assert.deepEqual([now.name, now.place], ['Autumn conferences', 'Gym']);
  });

  it('a fault in between does not make the second forget what they saw', async () => {
    const place = places['settings of an event']!();
    const [first, second] = [await open(place), await open(place)];
    await first({ name: 'Autumn conferences' });
    const wrong = await second({ name: 'Fall talks', perHousehold: 'many' });
    assert.equal(wrong.status, 422);
    const form = readForm(wrong.text, place.action, place.page);
    assert.ok(form);
    const fields = new URLSearchParams(form.fields);
    fields.set('perHousehold', '0');
    const told = await one.agent.post(place.action).type('form').send(fields.toString());
    assert.match(told.text, /Somebody else changed this/);
    assert.equal((await stored()).name, 'Autumn conferences');
  });

  it('an event that was opened meanwhile stays open', async () => {
    const place = places['settings of an event']!();
    const second = await open(place);
    await one.post(`${home()}/opening`, {}, `${home()}/opening`);
    const told = await second({ place: 'Gym' });
    assert.equal(told.status, 422);
    assert.match(told.text, /Booking opens/);
    assert.ok((await stored()).booking.opensAt);
  });

  it('saving between the look and the save is told as well', async () => {
    for (const what of [
      'settings of an event',
      'the school account',
      'the room of a teacher',
      'the hour of the nightly sync',
    ]) {
      const place = places[what]!();
      const [first, second] = [await open(place), await open(place)];
      let answer: { status: number; text: string } | undefined;
      await live(async () => (answer = await second(place.other)), {
        beforeWrite: async (nth) => {
          if (nth === 1) assert.equal((await first(place.one)).status, 303);
        },
      });
      assert.equal(answer?.status, 422, what);
      assert.deepEqual(await place.stored(), place.first, what);
    }
  });
});

describe('a save that comes a moment too late', () => {
  const form = { fields: { text: { label: 'Text' } }, body: { text: 'mine' }, shown: { text: 'before' } };

  it('shows what somebody else saved, or asks to save again if that was taken back', async () => {
    const late = async () => false;
    const told = await saveSeen(form, late, async () => ({ text: 'theirs' }));
    assert.deepEqual(told.form?.meanwhile, [{ label: 'Text', before: 'before', after: 'theirs' }]);
    const again = await saveSeen(form, late, async () => form.shown);
    assert.match(again.form?.errors._form ?? '', /Save again/);
    assert.deepEqual(again.form?.values, { text: 'mine' });
    const refused = { ok: false as const, reason: 'taken' };
    assert.deepEqual(await saveSeen(form, async () => refused, late as never), { saved: refused });
  });
});

describe('what a form showed', () => {
  const fields = { text: { label: 'Text' }, list: { label: 'List' }, box: { label: 'Box' } };
  const shown = { text: ' two\r\nlines ', list: ['b', 'a'], box: true };
  const body = (seen: unknown) => ({ text: 'x', list: 'a', seen });

  it('is the same however a browser sends it', () => {
    const now = { text: 'two\nlines', list: ['a', '', 'b'], box: true };
    assert.equal(changedMeanwhile(fields, body(seenOf(fields, shown)), now), undefined);
  });

  it('that cannot be read is as if it were not said', () => {
    for (const seen of [undefined, '', '{', 'null', '[]', '1', ['a', 'b'], 'x'.repeat(30_000)])
      assert.doesNotThrow(() => changedMeanwhile(fields, body(seen), shown));
    assert.equal(changedMeanwhile(fields, body('{'), shown), undefined);
  });
});
