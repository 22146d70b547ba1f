import type { Row } from './reading.js';

/** Total, Grand total: 3, Summe and the like, which spreadsheets write below the rows. */
export function isTotal(cells: readonly string[]): boolean {
  const first = cells.find((cell) => cell.trim() !== '') ?? '';
  return (
    first.length < 60 &&
    /^\W*(?:(?:grand|sub)[\s-]?)?(?:totals?|gesamt(?:summe)?|summe|record count|row count)\b[^\p{L}]*$/iu.test(
      first,
    )
  );
}

/** Digits without a letter, or an email address: columns are mixed up, or the row is a total. */
export function isNoName(value: string): boolean {
  return (/\p{N}/u.test(value) && !/\p{L}/u.test(value)) || /\S@\S+\.\S/.test(value);
}

/** Whether a row says that what it names is to be removed: pickAtime's way, or OneRoster's. */
export function removes(row: Row): boolean {
  return isDelete(row.of('Action')) || row.of('status').toLowerCase() === 'tobedeleted';
}

/** Whether a cell is pickAtime's word for a row that removes. */
export function isDelete(cell: string | undefined): boolean {
  return /^(action\s*=\s*)?delete$/i.test(cell?.trim() ?? '');
}
