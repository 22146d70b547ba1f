import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { Meeting } from '../../server/booking/queries.js';
import { writeCalendar } from '../../server/booking/write-calendar.js';
import { timeSpan, whenInWords } from '../../server/web/format-time.js';

const meeting: Meeting = {
  id: 'abc',
  state: 'booked',
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
});

describe('a meeting in words', () => {
  it('says the half of the day once where it is one', () => {
    const [from, to] = [meeting.from, meeting.to];
    assert.equal(timeSpan(from, to, 'America/Chicago'), '5:10 to 5:20 PM');
    const noon = new Date('2026-11-24T17:50:00Z');
    assert.equal(timeSpan(noon, new Date(+noon + 900_000), 'America/Chicago'), '11:50 AM to 12:05 PM');
    assert.equal(
      whenInWords(from, to, 'America/Chicago'),
      'Tuesday 24 November 2026, 5:10 to 5:20 PM (Chicago time)',
    );
  });
});
