import type { GroupKind } from '../models/mailing.js';
import { countOf, number } from '../web/format-count.js';
import { isDay } from '../web/local-time.js';
import { numericMoment, shortDay } from '../web/format-time.js';
import type { Place } from '../web/place.js';
import { nameLanguage } from '../web/name-languages.js';
import { sayRules } from '../web/say-rules.js';
import { languageCalled, languageOf } from '../web/words.js';
import { inWords } from './say-changes.js';

/** The counts that entries store, each with its singular and plural. */
const COUNTS: Record<string, [one: string, many: string]> = {
  slots: ['slot', 'slots'],
  teachers: ['teacher', 'teachers'],
  students: ['student', 'students'],
  classes: ['class', 'classes'],
  rooms: ['room', 'rooms'],
  letters: ['letter', 'letters'],
  codes: ['one-time code', 'one-time codes'],
  children: ['child', 'children'],
  pairs: ['pair', 'pairs'],
  appointments: ['appointment', 'appointments'],
  problems: ['new problem', 'new problems'],
  files: ['file', 'files'],
  rows: ['row', 'rows'],
  mails: ['email', 'emails'],
  people: ['person', 'people'],
};

/** Counts whose name says what happened to them. */
const OUTCOMES: Record<string, string> = {
  made: 'made',
  changed: 'changed',
  removed: 'removed',
  left: 'left as they were',
  canceled: 'canceled',
  kept: 'kept',
  marked: 'marked',
  unlisted: 'not listed here',
  count: 'in all',
  matchesCleared: 'matches cleared',
};

/** Details stored as a word or a day. */
const WORDS: Record<string, string> = {
  report: 'Report',
  format: 'As',
  step: 'Step',
  state: 'Visibility',
  minutes: 'Minutes',
  capacity: 'Families at a time',
  kind: 'Meeting type',
  type: 'Type',
  level: 'Level',
  day: 'From',
  toDay: 'To',
  toTime: 'At',
  fact: 'What was wrong',
  wrong: 'Wrong tries',
  reason: 'Reason',
};

/** The group a mail was for. The class or day is not stored. */
const GROUPS: Record<GroupKind, string> = {
  guardians: 'all guardians of the event',
  unbooked: 'families without an appointment',
  partly: 'families with an appointment for only some of their children',
  class: 'families of a class',
  teacher: 'families of a teacher',
  day: 'families with an appointment on a day',
  teachers: 'teachers of the event',
  ticked: 'families of selected students',
};

const BY: Record<string, string> = { household: 'By the family', school: 'By the school' };

/** What an entry stores beside changed settings: counts and settings in words. A detail without words here is left out. */
export function sayDetail(detail: Record<string, unknown>, place: Place): string[] {
  return Object.entries(detail).flatMap(([key, value]) => {
    if (key === 'by' && typeof value === 'string') return BY[value] ?? [];
    // The names of a person's edited fields. Nobody may read here what the fields contained.
    if (key === 'fields' && Array.isArray(value) && value.length > 0)
      return `Changed: ${value.map((field) => sayField(String(field))).join(', ')}`;
    if (key === 'group' && typeof value === 'string')
      return Object.hasOwn(GROUPS, value) ? `To: ${GROUPS[value as GroupKind]}` : [];
    if (key === 'language') return `Language: ${nameLanguage(languageCalled(value) ?? languageOf(place))}`;
    if (key === 'sendAt' && value instanceof Date) return `Send time: ${numericMoment(value, place)}`;
    if (key === 'rules' && Array.isArray(value)) return `Rules overridden: ${sayRules(value.map(String))}`;
    if (typeof value === 'number') return sayNumber(key, value);
    if (typeof value !== 'string' || value === '' || !Object.hasOwn(WORDS, key)) return [];
    return `${WORDS[key] ?? ''}: ${isDay(value) ? shortDay(value, place) : value}`;
  });
}

function sayNumber(key: string, value: number): string[] {
  const words = Object.hasOwn(COUNTS, key) ? COUNTS[key] : undefined;
  if (words) return [countOf(value, ...words)];
  if (Object.hasOwn(OUTCOMES, key)) return value === 0 ? [] : [`${number(value)} ${OUTCOMES[key] ?? ''}`];
  return Object.hasOwn(WORDS, key) ? [`${WORDS[key] ?? ''}: ${number(value)}`] : [];
}

function sayField(field: string): string {
  return field === 'schoolId' ? 'Student ID' : inWords(field).toLowerCase();
}
