import type { Row } from '../../tables/reading.js';

/** Stands for what a cell says in a way that nobody can read: it overwrites nothing that is known (`isSpoilt`). */
export const UNREAD = '#N/A';

export function textIn(row: Row, field: string): string {
  return row.of(field) || (row.hasLost(field) ? UNREAD : '');
}

/** @param date what of the cell is one; '' for none */
export function dateIn(row: Row, field: string, date: string): string {
  if (date !== '') return date;
  return row.of(field) !== '' || row.hasLost(field) ? UNREAD : '';
}
