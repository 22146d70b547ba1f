import ejs from 'ejs';
import type { Place } from '../web/place.js';
import { writeCell, type CellValue } from './write-cell.js';

/** What of a report's column stands on paper. */
interface PaperColumn<Row> {
  value: (row: Row, place: Place) => CellValue;
  isNumber?: true;
  isShort?: true;
  below?: (row: Row) => string;
}

/** Writes a row of a printed report as HTML. An event has tens of thousands of rows, for which a view takes longer than the database. */
export function rowWriter<Row>(columns: PaperColumn<Row>[], place: Place): (row: Row) => string {
  const cells = columns.map(({ value, isNumber, isShort, below }, index) => {
    const look = isNumber ? 'num' : isShort ? 'cell-short' : 'cell-lines';
    const [open, close] =
      index === 0 ? [`<th scope="row" class="${look}">`, '</th>'] : [`<td class="${look}">`, '</td>'];
    const more = (row: Row): string => {
      const text = index > 0 && below?.(row);
      return text ? `<span class="d-block cell-lines">${escaped(text)}</span>` : '';
    };
    return (row: Row): string => `${open}${escaped(writeCell(value(row, place), place))}${more(row)}${close}`;
  });
  return (row) => {
    let html = '<tr>';
    for (const cell of cells) html += cell(row);
    return `${html}</tr>\n`;
  };
}

const SPECIAL = /[&<>'"]/;

/** As views escape; most texts have nothing to escape. A number with hyphens, as a phone's, stays on one line. */
function escaped(text: string): string {
  const whole = text.includes('-') ? text.replace(/(?<=\d)-(?=\d)/g, '\u2011') : text;
  return SPECIAL.test(whole) ? ejs.escapeXML(whole) : whole;
}
