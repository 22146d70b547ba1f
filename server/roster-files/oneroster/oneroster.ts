import type { CleverCourse, CleverSchool, CleverTerm } from '../../clever/schema.js';
import { cleanDate } from '../../sources/records/clean-text.js';
import type { Collected } from '../records/collect-objects.js';
import type { Manifest } from './read-manifest.js';
import type { Reading, Row } from '../../tables/reading.js';
import type { KnownRoster } from '../records/roster-files.js';

export const DISTRICT = 'files';

/** What the readers of a OneRoster export share. */
export interface OneRoster {
  reading: Reading;
  manifest: Manifest;
  /** Looks up stored records, for files that contain only changes; for complete lists it finds nothing. */
  known: KnownRoster;
  /** The account's date, YYYY-MM-DD. */
  today: string;
  schools: Collected<CleverSchool>;
  terms: Collected<CleverTerm>;
  courses: Collected<CleverCourse>;
}

/** OneRoster's word for a record that is gone. */
export function isGone(row: Row): boolean {
  return row.of('status').toLowerCase() === 'tobedeleted';
}

/** The entries of a list in one cell. */
export function listOf(value: string): string[] {
  return [...new Set(value.split(',').map((each) => each.trim()))].filter((each) => each !== '');
}

/** A date, or '' if it is not one, which is noted. */
export function dateOf(reading: Reading, row: Row, field: string): string {
  const value = row.of(field);
  const date = cleanDate(value);
  if (value !== '' && date === '') reading.note(row, field, { code: 'not a date', cell: value });
  return date;
}
