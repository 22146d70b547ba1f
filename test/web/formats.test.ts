import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LOCALES, type Locale } from '../../server/models/account.js';
import { andList, countOf, fileSize, number, orList } from '../../server/web/format-count.js';
import {
  dayAndSpan,
  dayAndTime,
  dayAndTimeSoon,
  daysInWords,
  daySpan,
  fieldSpan,
  fullDay,
  hourInWords,
  hourOfDay,
  longDay,
  numericDay,
  numericMoment,
  shortDay,
  shortDayAndTime,
  timeOfDay,
  timeSpan,
  timeUnderHour,
  timeWithZone,
  whenInWords,
} from '../../server/web/format-time.js';
import { zoneIfElsewhere, zoneLabel, zoneName, zoneOptions } from '../../server/web/format-zone.js';
import { dayOf, fromLocal, isDay } from '../../server/web/local-time.js';

const chicago = (locale: Locale) => ({ timeZone: 'America/Chicago', locale });
const US = chicago('en-US');
const at = (local: string) => fromLocal(local, 'America/Chicago') ?? assert.fail(local);
const NOON_SPAN = [at('2026-12-07T11:50'), at('2026-12-07T12:10')] as const;
const SPAN = [at('2026-12-07T13:45'), at('2026-12-07T14:00')] as const;

describe('dates and times', () => {
  const [from, to] = SPAN;

  it('read as an office in the United States says them', () => {
    assert.equal(fullDay('2026-12-07', US), 'Monday, December 7, 2026');
    assert.equal(longDay('2026-12-07', US), 'December 7, 2026');
    assert.equal(shortDay('2026-12-07', US), 'Mon, Dec 7');
    assert.equal(timeOfDay(from, US), '1:45 PM');
    assert.equal(timeSpan(from, to, US), '1:45–2:00 PM');
    assert.equal(timeSpan(...NOON_SPAN, US), '11:50 AM–12:10 PM');
    assert.equal(fieldSpan('15:00', '17:00', US), '3:00–5:00 PM');
    assert.equal(fieldSpan('00:00', '23:59', US), '12:00 AM–11:59 PM');
    assert.equal(dayAndTime(from, US), 'Monday, December 7, 2026 at 1:45 PM');
    assert.equal(shortDayAndTime(from, US), 'Mon, Dec 7, 1:45 PM');
    assert.equal(dayAndSpan(from, to, US), 'Monday, December 7, 2026, 1:45–2:00 PM');
    assert.equal(whenInWords(from, to, US), 'Monday, December 7, 2026, 1:45–2:00 PM (Central Time)');
    assert.equal(hourOfDay(from, US), '1 PM');
    assert.equal(timeUnderHour(from, US), '1:45');
    assert.deepEqual(
      [0, 1, 12, 23].map((hour) => hourInWords(hour, US)),
      ['12 AM', '1 AM', '12 PM', '11 PM'],
    );
    assert.equal(numericDay('2026-12-07', US), '12/7/2026');
    assert.equal(numericMoment(from, US), '12/7/2026, 1:45:00 PM');
  });

  it('name the year where it is not this one', () => {
    assert.equal(dayAndTimeSoon(from, US, at('2026-01-01T00:00')), 'Monday, December 7 at 1:45 PM');
    assert.equal(dayAndTimeSoon(from, US, at('2027-01-01T00:00')), 'Monday, December 7, 2026 at 1:45 PM');
    // Still 2026 in Chicago, not in London.
    assert.equal(dayAndTimeSoon(from, US, at('2026-12-31T23:30')), 'Monday, December 7 at 1:45 PM');
  });

  const others: [Locale, string[]][] = [
    ['en-CA', ['Monday, December 7, 2026', 'Mon, Dec 7', '1:45–2:00 p.m.', '1 p.m.', '2026-12-07']],
    ['en-GB', ['Monday, 7 December 2026', 'Mon 7 Dec', '13:45–14:00', '13:00', '07/12/2026']],
    ['en-AU', ['Monday 7 December 2026', 'Mon, 7 Dec', '1:45–2:00 pm', '1 pm', '07/12/2026']],
  ];
  for (const [locale, said] of others)
    it(`read otherwise in ${locale}`, () => {
      const place = chicago(locale);
      const day = '2026-12-07';
      assert.deepEqual(
        [
          fullDay(day, place),
          shortDay(day, place),
          timeSpan(from, to, place),
          hourOfDay(from, place),
          numericDay(day, place),
        ],
        said,
      );
    });

  it('say once what several days share', () => {
    const say = (...days: string[]) => daysInWords(days, US);
    assert.equal(say('2026-12-07'), 'Monday, December 7, 2026');
    assert.equal(say('2026-12-07', '2026-12-08'), 'Monday and Tuesday, December 7 and 8, 2026');
    assert.equal(
      say('2026-12-07', '2026-12-08', '2026-12-10'),
      'Monday, Tuesday, and Thursday, December 7, 8, and 10, 2026',
    );
    assert.equal(say('2026-11-30', '2026-12-01'), 'Monday, November 30 and Tuesday, December 1, 2026');
    assert.equal(say('2026-12-07', '2026-12-14'), 'Monday, December 7 and Monday, December 14, 2026');
    assert.equal(say('2026-12-31', '2027-01-04'), 'Thursday, December 31, 2026 and Monday, January 4, 2027');
    assert.equal(
      daysInWords(['2026-12-07', '2026-12-08'], { locale: 'en-GB' }),
      'Monday and Tuesday, 7 and 8 December 2026',
    );
    assert.equal(daySpan(['2026-12-07'], US), 'Mon, Dec 7, 2026');
    assert.equal(daySpan(['2026-12-07', '2026-12-08', '2026-12-09'], US), 'Mon, Dec 7 – Wed, Dec 9, 2026');
    assert.equal(daySpan([], US), '');
  });

  it('tell the two hours apart when clocks go back', () => {
    const first = at('2026-11-01T01:30');
    assert.equal(timeWithZone(first, US), '1:30 AM CDT');
    assert.equal(timeWithZone(new Date(first.getTime() + 3600_000), US), '1:30 AM CST');
  });

  it('give back what is not a day', () => {
    for (const text of ['', 'soon', '2026-02-30', '2026-13-01']) assert.equal(longDay(text, US), text);
    assert.equal(isDay('2026-02-29'), false);
    assert.equal(isDay('2028-02-29'), true);
  });

  it('hold no spaces but plain ones, in any locale and zone', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    fc.assert(
      fc.property(
        fc.constantFrom(...LOCALES),
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
        (locale, timeZone, moment) => {
          const place = { locale, timeZone };
          const later = new Date(moment.getTime() + 600_000);
          const day = dayOf(moment, timeZone);
          const texts = [
            whenInWords(moment, later, place),
            dayAndTime(moment, place),
            shortDayAndTime(moment, place),
            timeUnderHour(moment, place),
            hourOfDay(moment, place),
            daysInWords([day], place),
            daySpan([day], place),
            numericMoment(moment, place),
          ];
          for (const text of texts) assert.match(text, /^[\p{L}\p{N} ,.:/()+–−&'’-]+$/u);
          assert.ok(whenInWords(moment, later, place).startsWith(fullDay(day, place)));
        },
      ),
    );
  });
});

describe('time zones', () => {
  it('are named as people say them', () => {
    const names = ['America/Chicago', 'America/New_York', 'America/Phoenix', 'Etc/UTC', 'Europe/Paris'];
    assert.deepEqual(
      names.map((timeZone) => zoneName({ timeZone, locale: 'en-US' })),
      ['Central Time', 'Eastern Time', 'Mountain Standard Time', 'UTC', 'Central European Time'],
    );
    assert.equal(zoneIfElsewhere(US, US), '');
    assert.equal(zoneIfElsewhere(US, { ...US, timeZone: 'America/Denver' }), 'Central Time');
  });

  it('are offered with those of the United States first, each once, and the one that is set', () => {
    const zones = zoneOptions('America/Chicago');
    assert.deepEqual(
      zones.slice(0, 3).map(({ label }) => label),
      ['Eastern Time (New York)', 'Central Time (Chicago)', 'Mountain Time (Denver)'],
    );
    assert.equal(new Set(zones.map(({ value }) => value)).size, zones.length);
    assert.ok(zones.some(({ label }) => label === 'America/Buenos Aires'));
    assert.ok(zoneOptions('US/Central').some(({ value }) => value === 'US/Central'));
    assert.equal(zoneLabel('America/Chicago'), 'Central Time (Chicago)');
  });
});

describe('numbers and lists', () => {
  it('are written alike in every locale that an account may have', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LOCALES), fc.integer({ min: 0 }), (locale, value) => {
        assert.equal(number(value), new Intl.NumberFormat(locale).format(value));
      }),
    );
    assert.equal(countOf(1, 'class', 'classes'), '1 class');
    assert.equal(countOf(1240, 'class', 'classes'), '1,240 classes');
    assert.deepEqual([1, 40_000, 1_440_000, 12_000_000].map(fileSize), ['1 KB', '40 KB', '1.4 MB', '12 MB']);
  });

  it('have a comma before the last in American', () => {
    const parts = ['a', 'b', 'c'];
    assert.equal(andList(parts, US), 'a, b, and c');
    assert.equal(orList(parts, US), 'a, b, or c');
    assert.equal(andList(parts, { locale: 'en-GB' }), 'a, b and c');
    assert.equal(andList(['a', 'b'], US), 'a and b');
  });
});
