import assert from 'node:assert/strict';
import fc from 'fast-check';
import type ICAL from 'ical.js';
import { DateTime } from 'luxon';
import { Types } from 'mongoose';
import type { Meeting } from '../../server/meetings/name-meetings.js';
import { writeCalendar } from '../../server/meetings/write-calendar.js';
import { placed } from '../../server/web/place.js';
import { timeSpan, whenInWords } from '../../server/web/format-time.js';
import { momentOf, read } from '../support/booking/read-calendar.js';
import { runs } from '../support/seed.js';

const meeting: Meeting = {
  id: 'abc',
  state: 'booked',
  more: [],
  slot: new Types.ObjectId(),
  resource: new Types.ObjectId(),
  students: [],
  teacher: 'Mrs Lee; "Algebra", <b>',
  room: 'Room 12',
  className: 'Algebra 1',
  children: 'Ana',
  from: new Date('2026-11-24T23:10:00Z'),
  to: new Date('2026-11-24T23:20:00Z'),
  note: '',
  answers: [],
  isOpenKind: false,
  kind: 'in person',
  chosenKind: '',
  link: '',
};
const event = { name: 'Fall', place: 'Main building', timeZone: 'America/Chicago', link: 'x' };
const write = (entries: Parameters<typeof writeCalendar>[2]) =>
  writeCalendar(event, { name: 'Maple' }, entries, 'https://book.example.org', new Date(0));

describe('the calendar file', () => {
  it("has the event's local time, with its zone told", () => {
    const text = write([meeting]);
    assert.match(text, /DTSTART;TZID=America\/Chicago:20261124T171000\r\n/);
    assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:America\/Chicago\r\n[\s\S]*TZOFFSETTO:-0600/);
    assert.match(text, /UID:abc@book\.example\.org/);
    assert.match(text, /LOCATION:Room 12\\, Main building/);
    assert.ok(text.includes('SUMMARY:Mrs Lee\\; "Algebra"\\, <b> (Ana)'));
  });

  it('tells the hour that clocks turn, where meetings lie around it', () => {
    const before = {
      ...meeting,
      from: new Date('2026-10-31T22:00:00Z'),
      to: new Date('2026-10-31T22:10:00Z'),
    };
    const after = {
      ...meeting,
      from: new Date('2026-11-02T23:00:00Z'),
      to: new Date('2026-11-02T23:10:00Z'),
    };
    const text = write([before, after]);
    assert.match(text, /BEGIN:STANDARD\r\nDTSTART:20261101T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0600/);
    assert.match(text, /DTSTART;TZID=America\/Chicago:20261031T170000/);
    assert.match(text, /DTSTART;TZID=America\/Chicago:20261102T170000/);
  });

  it('cancels the entry of an earlier file', () => {
    const text = write([{ ...meeting, cancelled: true }]);
    assert.match(text, /METHOD:CANCEL/);
    assert.match(text, /STATUS:CANCELLED/);
    assert.match(text, /SEQUENCE:1/);
  });

  it('escapes its own name as it does all texts', () => {
    const named = { ...event, name: 'Fall; C:\\new, all' };
    const text = writeCalendar(named, { name: 'Maple' }, [meeting], 'https://book.example.org', new Date(0));
    assert.ok(text.includes('X-WR-CALNAME:Fall\\; C:\\\\new\\, all\\, Maple\r\n'));
  });
});

describe('the calendar file, read by another library', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const minutes = fc.integer({
    min: Date.UTC(2024, 0, 1) / 60_000,
    max: Date.UTC(2034, 0, 1) / 60_000,
  });

  it('has every meeting at its moment, in any zone and year', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        minutes,
        fc.array(fc.nat(40 * 24 * 60), { minLength: 1, maxLength: 4 }),
        (timeZone, first, later) => {
          const entries = later.map((minute) => {
            const from = new Date((first + minute) * 60_000);
            return { ...meeting, from, to: new Date(+from + 600_000) };
          });
          const file = read(
            writeCalendar(
              { ...event, timeZone },
              { name: 'Maple' },
              entries,
              'http://localhost',
              new Date(0),
            ),
          );
          for (const [n, one] of file.events.entries()) {
            const { from, to } = entries[n]!;
            // Of an hour that clocks repeat a calendar takes the first.
            if (isTwice(from, timeZone) || isTwice(to, timeZone)) continue;
            assert.equal(momentOf(file, one, 'dtstart'), +from);
            assert.equal(momentOf(file, one, 'dtend'), +to);
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('has the times of a day on which clocks change right, before and after they do', () => {
    for (const [timeZone, day] of [
      ['America/Chicago', '2026-11-01'],
      ['America/Chicago', '2027-03-14'],
      ['Australia/Lord_Howe', '2026-10-04'],
      ['Europe/London', '2026-10-25'],
      ['Africa/Casablanca', '2026-02-15'],
    ] as const) {
      const start = +DateTime.fromISO(day, { zone: timeZone }).startOf('day');
      const entries = Array.from({ length: 48 }, (_, n) => {
        const from = new Date(start + n * 1_800_000);
        return { ...meeting, from, to: new Date(+from + 600_000) };
      }).filter(({ from, to }) => !isTwice(from, timeZone) && !isTwice(to, timeZone));
      const text = writeCalendar({ ...event, timeZone }, { name: 'M' }, entries, 'http://x.org', new Date(0));
      const file = read(text);
      assert.deepEqual(
        file.events.map((one) => momentOf(file, one, 'dtstart')),
        entries.map(({ from }) => +from),
        timeZone,
      );
    }
  });

  it('says in UTC when it was made, whatever the zone', () => {
    for (const timeZone of ['America/Chicago', 'Asia/Kathmandu', 'UTC']) {
      const stamp = new Date('2026-11-29T15:43:20Z');
      const text = writeCalendar(
        { ...event, timeZone },
        { name: 'Maple' },
        [meeting],
        'http://localhost',
        stamp,
      );
      assert.match(text, /\r\nDTSTAMP:20261129T154320Z\r\n/);
      const time = read(text).events[0]!.getFirstPropertyValue('dtstamp') as ICAL.Time;
      assert.equal(time.toUnixTime() * 1000, +stamp);
    }
  });
});

/** Whether the local time of a moment comes twice, the clocks having been turned back. */
function isTwice(at: Date, zone: string): boolean {
  return DateTime.fromJSDate(at, { zone }).getPossibleOffsets().length > 1;
}

describe('a meeting in words', () => {
  it('says the half of the day once where it is one', () => {
    const [from, to] = [meeting.from, meeting.to];
    const place = placed(event, {});
    assert.equal(timeSpan(from, to, place), '5:10–5:20 PM');
    const noon = new Date('2026-11-24T17:50:00Z');
    assert.equal(timeSpan(noon, new Date(+noon + 900_000), place), '11:50 AM–12:05 PM');
    assert.equal(whenInWords(from, to, place), 'Tuesday, November 24, 2026, 5:10–5:20 PM (Central Time)');
  });
});
