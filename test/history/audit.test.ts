import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import { Types } from 'mongoose';
import { followSource, withoutSource } from '../../server/audit/follow-source.js';
import { recordAudit } from '../../server/audit/record-audit.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { formOf } from '../../server/events/schema.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { makeFullSchool, type FullSchool } from '../support/contacts/full-school.js';
import { emptyDatabase } from '../support/hooks.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

const HOME = '/global-setup/audit';
const plain = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');

describe('the audit', () => {
  let test: TestApp;
  let school: FullSchool;
  let admin: Visitor;
  let base: Snapshot;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    school = await makeFullSchool(test);
    admin = await new Visitor(test.app).logIn(school.admin);
    await AuditEntry.deleteMany({});
    base = await takeSnapshot();
  });
  beforeEach(() => restoreSnapshot(base));

  const homeOf = () => `/events/${school.fair.event._id.toHexString()}`;
  const rowsOf = (html: string) =>
    [...html.matchAll(/<th class="text-start"[\s\S]*?<\/tr>/g)].map(([row]) => plain(row));

  async function changeEvent(change: Record<string, unknown>): Promise<void> {
    const event = await Event.findById(school.fair.event._id).orFail().lean();
    const fields = { ...formOf(event), staffAnytime: 'true', ...change } as Record<string, string>;
    const answer = await admin.post(`${homeOf()}/settings`, fields);
    assert.equal(answer.status, 303, answer.text);
  }

  it('says who did what, when, from where, and how it was before, by the words of the form', async () => {
    await changeEvent({ stopHoursBefore: 3, name: '=1+1', closesAt: '2026-11-24T20:00' });
    const { text } = await admin.get(HOME);
    const [row = ''] = rowsOf(text);
    for (const words of [
      'Event settings changed',
      'Name : Fall Conferences → became =1+1',
      'Stop booking before a slot : 0 hours → became 3 hours',
      'Booking closes : Wednesday, November 25, 2026 at 12:00 AM → became Tuesday, November 24, 2026 at 8:00 PM',
      'Robin Office',
      '127.0.0.1',
      '11/23/2026, 12:00:00 PM',
    ])
      assert.ok(row.includes(words), `${words} in ${row}`);
    assert.ok(!/Place :|Time zone :/.test(row), row);
    const file = (await admin.get(`${HOME}/audit.csv`)).text;
    const lines: Record<string, string>[] = parse(file, { bom: true, columns: true });
    const name = lines.find((line) => line.Field === 'Name')!;
    assert.deepEqual([name.Before, name.After, name.From], ['Fall Conferences', "'=1+1", '127.0.0.1']);
    assert.equal(await AuditEntry.countDocuments({ action: 'export audit' }), 1);
  });

  it('names what was done to whom, and nothing of what stands in a person or a secret', async () => {
    const student = school.fair.students[0]!;
    const held = await Class.findOne({ 'synced.name': 'Chess club' }).orFail().lean();
    const path = `${homeOf()}/classes/${held._id.toHexString()}`;
    const page = (await admin.get(path)).text;
    const seen = /name="seen" value="([^"]+)"/.exec(page)![1]!;
    await admin.post(path, { seen, name: 'Chess', type: 'Class', room: 'B 2', allowed: '' });
    const edit = `/global-setup/contacts/${student._id.toHexString()}/edit`;
    const form = (await admin.get(edit)).text;
    const fields = Object.fromEntries(
      [...form.matchAll(/<input[^>]*>/g)].flatMap(([tag]) => {
        const [name, value] = ['name', 'value'].map((key) => new RegExp(` ${key}="([^"]*)"`).exec(tag)?.[1]);
        return name && !name.startsWith('_') ? [[name, (value ?? '').replace(/&#34;/g, '"')]] : [];
      }),
    ) as Record<string, string>;
    const saved = await admin.post(edit, { ...fields, firstName: 'Secretname', phone: '555-0147' }, edit);
    assert.equal(saved.status, 303, plain(saved.text));
    await admin.post(`/global-setup/contacts/codes`, { ids: student._id.toHexString(), sure: 'on' });
    await admin.post(`${homeOf()}/settings/emails`, { officeEmail: 'secret@example.org', reminders: '24' });
    const rows = rowsOf((await admin.get(HOME)).text).join('\n');
    assert.match(rows, /Class edited Chess.* Name : nothing → became Chess/);
    assert.match(rows, /Contact edited Secretname Lopez.* Changed: first name/);
    assert.match(rows, /One-time codes printed Secretname Lopez 1 student/);
    assert.match(rows, /Office email : changed \(not shown here\)/);
    assert.match(rows, /Reminders : nothing → became 24/);
    const stored = JSON.stringify(await AuditEntry.find().lean());
    for (const secret of ['Secretname', '555-0147', 'secret@example.org'])
      assert.ok(!stored.includes(secret), secret);
  });

  describe('with many entries', () => {
    let others: Types.ObjectId[];
    beforeEach(async () => {
      const { account, admin: by, staff } = school;
      others = Array.from({ length: 170 }, () => new Types.ObjectId());
      // Of one moment, which time alone cannot part.
      await AuditEntry.insertMany(
        others.map((_id, n) => ({
          _id,
          account,
          at: n < 150 ? EVE : new Date(EVE.getTime() - n * 86_400_000),
          ...(n % 2 ? { user: by._id, from: '192.0.2.7' } : {}),
          ...(n % 10 === 0 ? { event: school.fair.event._id } : {}),
          action: n % 3 ? 'make slots' : 'open booking',
          targets:
            n === 7 ? [school.fair.students[2]!._id] : n === 9 ? [staff['appointment maker'].user._id] : [],
          detail: { made: n },
        })),
      );
      await AuditEntry.create({
        account: new Types.ObjectId(),
        at: EVE,
        action: 'make slots',
        detail: { made: 999 },
      });
    });

    const shownAt = async (address: string): Promise<number> =>
      rowsOf((await admin.get(address)).text).length;

    it('pages through all of them, each once', async () => {
      const seen: string[] = [];
      let address: string | undefined = HOME;
      for (let pages = 0; address && pages < 9; pages += 1) {
        const { text } = await admin.get(address);
        seen.push(...rowsOf(text).map((row) => /(\d+) made|Booking opened/.exec(row)![0]));
        address = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replace(/&amp;/g, '&');
      }
      assert.equal(seen.length, 170);
      const made = seen.filter((one) => one.endsWith('made'));
      assert.equal(new Set(made).size, made.length);
      const csv = (await admin.get(`${HOME}/audit.csv`)).text.trim().split('\n');
      // With their columns, and the download itself.
      assert.equal(csv.length, 172);
      assert.ok(!csv.join('').includes('999'));
    });

    it('are filtered by who, what, event and day, and searched by name and by what was done', async () => {
      const event = school.fair.event._id.toHexString();
      assert.equal(await shownAt(`${HOME}?who=slotbell&what=open+booking&to=2026-06-16`), 2);
      assert.equal(await shownAt(`${HOME}?event=${event}`), 17);
      assert.equal(await shownAt(`${HOME}?from=2026-11-24`), 0);
      assert.equal(await shownAt(`${HOME}?from=2026-06-10&to=2026-06-12`), 3);
      assert.equal(await shownAt(`${HOME}?who=${school.admin._id.toHexString()}&from=2026-11-23`), 50);
      // 1 entry about the student.
      assert.equal(await shownAt(`${HOME}?q=lopez+2`), 1);
      assert.equal(await shownAt(`${HOME}?q=nobody+is+called+so`), 0);
      assert.match((await admin.get(`${HOME}?q=booking+opened`)).text, /Booking opened/);
      for (const odd of [
        '?who=x',
        '?what=nothing',
        '?before=9e99',
        '?before=1-x',
        '?from=2026-13-45',
        '?q=%00',
        '?event=1',
      ])
        assert.equal(await shownAt(`${HOME}${odd}`), 50, odd);
      const all = (await admin.get(`${HOME}/audit.csv?q=make+slots&q=x`)).status;
      assert.equal(all, 200);
    });

    it('are shown of one event to who runs it, and of the account to its administrators alone', async () => {
      const { account, fair } = school;
      const ofEvent = await new Visitor(test.app).logIn(
        await makeUser(account, 'event administrator', { event: fair.event._id }),
      );
      const { text } = await ofEvent.get(`${homeOf()}/settings/audit`);
      assert.equal(rowsOf(text).length, 17);
      // To choose from are those who did something here, not all staff; of the account all are.
      await AuditEntry.create({
        account,
        event: fair.event._id,
        user: school.admin._id,
        at: EVE,
        action: 'make slots',
      });
      const staffIn = (html: string) =>
        [
          ...(/<select[^>]*name="who"[\s\S]*?<\/select>/.exec(html)?.[0] ?? '').matchAll(
            /value="([0-9a-f]{24})"/g,
          ),
        ].map(([, id]) => id);
      const { text: again } = await ofEvent.get(`${homeOf()}/settings/audit`);
      assert.deepEqual(staffIn(again), [school.admin._id.toHexString()]);
      assert.ok(staffIn((await admin.get(HOME)).text).length > 4);
      await AuditEntry.deleteOne({ event: fair.event._id, user: school.admin._id });
      // What else there is stays out, whatever is asked for.
      const asked = await ofEvent.get(
        `${homeOf()}/settings/audit?event=${new Types.ObjectId().toHexString()}&q=`,
      );
      assert.equal(rowsOf(asked.text).length, 17);
      assert.equal(
        (await ofEvent.get(`${homeOf()}/settings/audit/audit.csv`)).text.trim().split('\n').length,
        19,
      );
      assert.equal((await ofEvent.get(HOME)).status, 403);
      assert.equal((await ofEvent.get(`${HOME}/audit.csv`)).status, 403);
      for (const level of ['appointment maker', 'resource administrator', 'appointment viewer'] as const) {
        const visitor = await new Visitor(test.app).logIn(school.staff[level].user);
        assert.equal((await visitor.get(`${homeOf()}/settings/audit`)).status, 403, level);
      }
    });
  });

  it('keeps no address of what a job did, though a request set it off', async () => {
    const { account } = school;
    const note = (action: 'make slots' | 'start sync', user?: Types.ObjectId) =>
      recordAudit({ account, action, at: EVE, ...(user ? { user } : {}) });
    await new Promise<void>((resolve, reject) => {
      followSource({ ip: '2001:db8::7' } as never, {} as never, () => {
        Promise.all([
          note('make slots', school.admin._id),
          withoutSource(() => note('start sync', school.admin._id)),
          note('start sync'),
        ]).then(() => resolve(), reject);
      });
    });
    const kept = await AuditEntry.find({}, { action: 1, from: 1 }).lean();
    assert.deepEqual(kept.map(({ action, from }) => `${action} ${from ?? ''}`).sort(), [
      'make slots 2001:db8::7',
      'start sync ',
      'start sync ',
    ]);
  });

  it('tells of what is gone without its name', async () => {
    await AuditEntry.create({
      account: school.account,
      event: new Types.ObjectId(),
      user: new Types.ObjectId(),
      at: EVE,
      action: 'a later one',
      targets: [new Types.ObjectId()],
      detail: { fields: ['<b>x</b>'], secret: 'Qsecret', made: 2 },
      changes: [{ field: 'newField', before: '<i>', after: true }],
    });
    await Contact.deleteMany({});
    const [row = ''] = rowsOf((await admin.get(HOME)).text);
    assert.match(row, /A later one An event that was deleted/);
    assert.match(row, /New field : &lt;i&gt; → became Yes/);
    assert.match(row, /Somebody who no longer has a login/);
    assert.ok(!row.includes('Qsecret'));
  });
});
