import type { Row } from '../../tables/reading.js';

/** Stands for an unreadable value, which replaces nothing that is stored (`isSpoilt`). */
export const UNREAD = '#N/A';

export function textIn(row: Row, field: string): string {
  return row.of(field) || (row.hasLost(field) ? UNREAD : '');
}

/** @param date the cell's date; '' if it has none */
export function dateIn(row: Row, field: string, date: string): string {
  if (date !== '') return date;
  return row.of(field) !== '' || row.hasLost(field) ? UNREAD : '';
}
