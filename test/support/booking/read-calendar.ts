import assert from 'node:assert/strict';
import ICAL from 'ical.js';

/** The file as other people's software reads it. */
export function read(text: string): { calendar: ICAL.Component; events: ICAL.Component[] } {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  return { calendar, events: calendar.getAllSubcomponents('vevent') };
}

/** The moment of a time in the file, by the zone that the file tells and nothing else. */
export function momentOf({ calendar }: ReturnType<typeof read>, event: ICAL.Component, name: string): number {
  const [vtimezone] = calendar.getAllSubcomponents('vtimezone');
  const zone = new ICAL.Timezone({ component: vtimezone!, tzid: '' });
  const property = event.getFirstProperty(name)!;
  assert.equal(property.getParameter('tzid'), vtimezone!.getFirstPropertyValue('tzid'));
  const time = property.getFirstValue() as ICAL.Time;
  time.zone = zone;
  return time.toUnixTime() * 1000;
}
