import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Types } from 'mongoose';
import type { Event } from '../../server/models/event.js';
import { splitSheet } from '../../server/slots/day-sheet/split-sheet.js';
import { startAs, type Visitor } from '../support/app.js';
import { makeAppointment, makeStudent } from '../support/appointment.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

describe('a day sheet on paper', () => {
  let office: Visitor;
  let account: Types.ObjectId;
  let event: Event;
  const home = () => `/events/${event._id.toHexString()}/day-sheet`;
  /** What stands on each sheet, by its head. */
  const sheetsOf = (html: string) =>
    [...html.matchAll(/<table class="paper">([\s\S]*?)<\/table>/g)].map(([, sheet = '']) => ({
      head: (/class="paper-head"[^>]*>([\s\S]*?)<\/th>/.exec(sheet)?.[1] ?? '')
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
      teachers: [...sheet.matchAll(/Teacher \d\d/g)].map(([name]) => name),
      text: sheet,
    }));

  before(async () => {
    ({ account, visitor: office } = await startAs('administrator', new Date('2026-11-20T18:00:00Z')));
    event = await makeEvent(account);
    const ana = await makeStudent(account, 'Maximiliana-Antoinette', 'López');
    for (let n = 1; n <= 22; n++) {
      const teacher = await makeTeacher(event, `Teacher ${String(n).padStart(2, '0')}`, {
        room: `Room ${n}`,
      });
      const slot = await makeSlot(event, teacher, `2026-11-24T17:00`);
      await makeSlot(event, teacher, `2026-11-24T17:10`, n === 2 ? { state: 'hidden' } : {});
      if (n === 3) await makeAppointment(slot, { students: [ana._id] });
    }
  });

  it('has all teachers, up to eight a sheet, and on each sheet the event, the day and its number', async () => {
    const sheet = await office.get(home());
    assert.match(sheet.text, /href="[^"]*\/day-sheet\/print\?day=2026-11-24">[\s\S]*?Print all 22 teachers/);
    const sheets = sheetsOf((await office.get(`${home()}/print?day=2026-11-24`)).text);
    assert.deepEqual(
      sheets.map(({ head }) => head),
      [1, 2, 3].map((n) => `Fall conferences Tuesday, November 24, 2026 Sheet ${String(n)} of 3`),
    );
    assert.deepEqual(
      sheets.map(({ teachers }) => teachers.length),
      [8, 8, 6],
    );
    assert.match(sheets[0]?.text ?? '', /Teacher 03<span class="paper-room">Room 3</);
    assert.match(sheets[0]?.text ?? '', />Maximiliana-Antoinette L\.</);
    assert.match(sheets[0]?.text ?? '', />Free<[\s\S]*>Hidden</);
    // What the browser's own command prints of the page with twenty of them.
    assert.equal(sheetsOf(sheet.text).flatMap(({ teachers }) => teachers).length, 20);
    const found = sheetsOf((await office.get(`${home()}/print?q=teacher+07`)).text);
    assert.deepEqual(
      found.map(({ teachers }) => teachers),
      [['Teacher 07']],
    );
  });

  it('without slots says so', async () => {
    const empty = await makeEvent(account);
    const page = await office.get(`/events/${empty._id.toHexString()}/day-sheet/print`);
    assert.equal(page.status, 200);
    assert.match(page.text, /There are no slots to print/);
  });

  it('has every slot once, on sheets that hold it, whatever its size', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(90), fc.nat(7), (across, down, gap) => {
        const cell = (at: number, row: number) =>
          gap > 0 && (at + row) % (gap + 1) === 0
            ? null
            : { state: 'free' as const, href: `${String(at)}/${String(row)}`, who: '' };
        const sheet = {
          teachers: Array.from({ length: across }, (_, at) => ({ name: String(at), room: '' })),
          rows: Array.from({ length: down }, (_, row) => ({
            time: String(row),
            onHour: false,
            cells: Array.from({ length: across }, (_, at) => cell(at, row)),
          })),
        };
        const papers = splitSheet(sheet);
        const all = (of: { rows: { cells: ({ href: string } | null)[] }[] }[]) =>
          of
            .flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.flatMap((one) => one?.href ?? [])))
            .sort();
        assert.deepEqual(all(papers), all([sheet]));
        for (const { teachers, rows, number, of } of papers) {
          assert.ok(teachers.length <= 8 && rows.length <= 32 && number <= of);
          for (const { cells } of rows) assert.equal(cells.length, teachers.length);
        }
      }),
    );
  });
});
