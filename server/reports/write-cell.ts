import { number } from '../web/format-count.js';
import { numericDay, shortDay, timeOfDay } from '../web/format-time.js';
import type { Place } from '../web/place.js';

/** The value of a cell. Days (YYYY-MM-DD, local) and times are written as the page, the sheet or the file requires. */
export type CellValue = string | number | { day: string } | { time: Date };

/** A cell on pages and on paper. */
export function writeCell(value: CellValue, place: Place): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return number(value);
  return 'day' in value ? shortDay(value.day, place) : timeOfDay(value.time, place);
}

/** A cell as spreadsheets of the locale understand it. */
export function writeFileCell(value: CellValue, place: Place): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return 'day' in value ? numericDay(value.day, place) : timeOfDay(value.time, place);
}
