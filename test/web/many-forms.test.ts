import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { Account } from '../../server/models/account.js';
import { Resource } from '../../server/models/resource.js';
import { School } from '../../server/models/school.js';
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
    const asked = await press(home, `${home}/disable`, { kinds: ['students', 'contacts'] });
    assert.match(asked.text, /Disable Clever\?/);
    assert.equal((await clever())?.enabled, true);
    const form = readForm(asked.text, `${home}/disable`, home);
    const off = await office.agent
      .post(`${home}/disable`)
      .type('form')
      .send(new URLSearchParams(form?.fields).toString());
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

  describe('Clever, one form of all its steps', () => {
    const home = '/global-setup/clever';
    const kinds = { students: true, teachers: true, staff: false, contacts: false };
    const theirs = Array.from({ length: 12 }, (_, at) => ({ id: `c${at + 1}`, name: `School ${at + 1}` }));
    let oak: string;
    let elm: string;

    beforeEach(async () => {
      const clever = {
        districtId: 'a'.repeat(24),
        approval: 'waiting',
        enabled: false,
        schools: theirs,
        kinds,
        // Nobody can read it, so Clever is not asked.
        credentials: { kind: 'token', token: 'sealed by nobody' },
      };
      await Account.updateOne({ _id: account }, { $set: { clever } });
      const [one, two] = await School.create([
        { account, name: 'Oak', sortKey: 'oak' },
        { account, name: 'Elm', sortKey: 'elm', clever: { id: 'c0', name: 'Elm High' } },
      ]);
      oak = one!._id.toHexString();
      elm = two!._id.toHexString();
    });

    /** What stands in every step at once, but for one's own. */
    const TYPED = {
      district: 'b'.repeat(24),
      clientId: 'half a client',
      name: 'Birch',
      kinds: ['students', 'contacts'],
    };
    const shows = (html: string, names: string[]) => {
      const kept: Record<string, RegExp> = {
        district: new RegExp(`name="district"[^>]*|value="${'b'.repeat(24)}"`),
        clientId: /value="half a client"/,
        name: /value="Birch"/,
        kinds: /value="contacts" checked/,
        school: new RegExp(`value="${oak}" checked`),
        cleverSchool: /value="c2" checked/,
      };
      assert.match(html, new RegExp(`value="${'b'.repeat(24)}"`));
      for (const name of names) assert.match(html, kept[name]!, `${name} is kept`);
    };

    it('a button of one step keeps what stands in all others, and says that it is not saved', async () => {
      const all = { ...TYPED, school: oak, cleverSchool: 'c2' };
      const checked = await press(home, `${home}/check`, all);
      shows(checked.text, ['clientId', 'name', 'kinds', 'school', 'cleverSchool']);
      const added = await press(home, `${home}/schools`, { ...all, name: 'Cedar' });
      assert.ok(await School.exists({ account, name: 'Cedar' }));
      assert.doesNotMatch(added.text, /value="Cedar"/);
      shows(added.text, ['clientId', 'kinds', 'school', 'cleverSchool']);
      assert.match(added.text, /isn’t saved yet/);
      const cleared = await press(home, `${home}/schools/clear`, { ...all, clear: elm });
      shows(cleared.text, ['clientId', 'name', 'kinds', 'school', 'cleverSchool']);
      const matched = await press(home, `${home}/schools/match`, all);
      assert.equal((await School.findById(oak).orFail().lean()).clever?.id, 'c2');
      shows(matched.text, ['clientId', 'name', 'kinds']);
      const saved = await press(home, `${home}/kinds`, { ...TYPED });
      shows(saved.text, ['clientId', 'name']);
      const enabled = await press(home, `${home}/draft`, { ...TYPED, q: 'lin' });
      shows(enabled.text, ['clientId', 'name', 'kinds']);
      assert.equal((await School.find({ account, name: 'Birch' }).lean()).length, 0);
    });

    it('a search keeps what is selected, also where it is not found', async () => {
      const found = await press(home, `${home}/draft`, { ...TYPED, cleverSchool: 'c2', q: 'School 11' });
      assert.match(found.text, /value="c2" checked/);
      assert.match(found.text, /value="c11"/);
      assert.doesNotMatch(found.text, /value="c7"/);
      const next = await press(home, `${home}/schools/match`, {
        school: oak,
        cleverSchool: 'c2',
        q: 'School',
      });
      assert.equal(next.headers.location, `${home}?q=School#schools`);
    });

    it('a typed secret is not shown again, and the page says that it is not saved', async () => {
      const added = await press(home, `${home}/schools`, { name: 'Cedar', token: 'district-secret' });
      assert.equal(added.status, 200);
      assert.doesNotMatch(added.text, /district-secret/);
      assert.match(added.text, /The district token you typed isn’t saved/);
      const taken = await press(home, `${home}/schools`, { name: 'Cedar', clientSecret: 'hush-hush' });
      assert.equal(taken.status, 422);
      assert.match(taken.text, /The client secret you typed isn’t saved/);
    });

    it('a page that asks first brings everything back, whatever is answered', async () => {
      const asked = await press(home, `${home}/district`, {
        ...TYPED,
        token: 'district-secret',
        school: oak,
      });
      assert.match(asked.text, /1 school match is cleared/);
      for (const button of [`${home}/draft`, `${home}/district`]) {
        const form = readForm(asked.text, button, home);
        assert.ok(form, button);
        const next = await office.agent
          .post(button)
          .type('form')
          .send(new URLSearchParams(form.fields).toString());
        assert.equal(next.status, 200, button);
        assert.match(next.text, /value="half a client"[\s\S]*value="Birch"[\s\S]*value="contacts" checked/);
        assert.match(next.text, new RegExp(`value="${oak}" checked`));
        assert.match(next.text, /The district token you typed isn’t saved/);
        assert.doesNotMatch(next.text, /district-secret/);
      }
      assert.equal((await Account.findById(account).orFail().lean()).clever?.districtId, TYPED.district);
    });

    it('the Enter key saves the step that is typed in', async () => {
      const page = await office.get(home);
      assert.match(
        page.text,
        new RegExp(
          `action="${home}/typed"[^>]*>\\s*<input[^>]*_csrf[^>]*>\\s*<button class="visually-hidden"`,
        ),
      );
      const added = await press(home, `${home}/typed`, { name: 'Birch' });
      assert.equal(added.status, 303);
      assert.ok(await School.exists({ account, name: 'Birch' }));
      const nothing = await press(home, `${home}/typed`, { q: 'Lin', kinds: ['students', 'contacts'] });
      assert.equal(nothing.status, 200);
      assert.match(nothing.text, /value="contacts" checked/);
    });

    it('Sync now saves the kinds that are selected, and brings those', async () => {
      await Account.updateOne({ _id: account }, { $set: { 'clever.enabled': true } });
      const none = await press(home, '/importer/sync', { kinds: [] });
      assert.equal(none.status, 422);
      assert.match(none.text, /at least one kind/);
      const synced = await press(home, '/importer/sync', { kinds: ['students', 'contacts'], name: 'Birch' });
      assert.match(synced.text, /No event has its nightly sync on/);
      assert.match(synced.text, /value="Birch"/);
      assert.equal((await Account.findById(account).orFail().lean()).clever?.kinds.contacts, true);
    });
  });

  describe('roster files, one form', () => {
    const home = '/global-setup/roster-files';
    const radio = (format: string) => new RegExp(`value="${format}" checked`);
    beforeEach(async () => {
      const files = { on: true, format: 'clever-csv', since: NOW };
      await Account.updateOne({ _id: account }, { $set: { files, recordsOf: 'clever-csv' } });
    });

    it('a kind that is selected stays when files are turned off, and chosen files are told as not uploaded', async () => {
      const off = await press(home, `${home}/disable`, { format: 'oneroster', files: 'students.csv' });
      assert.equal((await Account.findById(account).orFail().lean()).files?.on, false);
      assert.match(off.text, radio('oneroster'));
      assert.match(off.text, /still selected below and isn’t saved yet/);
      assert.match(off.text, /The files you chose aren’t uploaded/);
      await Account.updateOne({ _id: account }, { $set: { 'files.on': true } });
      const changed = await press(home, `${home}/format`, { format: 'oneroster', files: 'students.csv' });
      assert.equal((await Account.findById(account).orFail().lean()).files?.format, 'oneroster');
      assert.match(changed.text, /The files you chose aren’t uploaded/);
    });

    it('files go up under the kind that is on: where another one is selected, the page asks', async () => {
      const shown = await office.get(home);
      const form = readForm(shown.text, `${home}/uploads`, home);
      assert.ok(form);
      const upload = office.agent.post(`${home}/uploads`);
      for (const [name, value] of form.fields.filter(([name]) => !['format', 'files'].includes(name)))
        upload.field(name, value);
      const sent = await upload
        .field('format', 'oneroster')
        .attach('files', Buffer.from('a,b\n'), 'students.csv');
      assert.equal(sent.status, 422);
      assert.match(sent.text, /You selected OneRoster/);
      assert.match(sent.text, radio('oneroster'));
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
