import { isNoName, removes } from './check-row.js';
import type { Header } from './find-header.js';
import { quoted } from './problem-list.js';
import type { Row } from './reading.js';
import type { RawRow } from './split-rows.js';
import type { TableFormat } from './table-format.js';
import { number } from '../web/format-count.js';

/** Longer than any field of a real roster. */
export const LONGEST = 1000;

/** Why a row cannot be taken at all. */
export interface Fault {
  field: string;
  /** To follow the field's name. */
  problem: string;
  advice: string;
}

/** What became of a row's cells that are not as they stood. */
export interface Spoilt {
  /** Columns whose cells are too long. */
  long: readonly string[];
  /** Columns whose ids nobody can tell, with why, to follow the field's name. */
  spoilt: ReadonlyMap<string, string>;
}

/** The first fault of a row for which it is left out. */
export function findFault(
  { columns, oneOf, key }: TableFormat,
  row: Row,
  { width, cells: names }: Header,
  raw: RawRow,
  { long, spoilt }: Spoilt,
): Fault | undefined {
  const isRemoved = removes(row);
  const columnsHad = names.length || width;
  const short =
    raw.width < columnsHad && raw.width > 1
      ? `: the row ends after ${String(raw.width)} of ${String(columnsHad)} columns`
      : '';
  for (const { name, need, words } of columns) {
    const value = row.of(name);
    if (words && value !== '' && !words.test(value))
      return {
        field: name,
        problem: `is ${quoted(value)}, which Slotbell does not know`,
        advice: KNOWN_WORD[name] ?? FILL_IN,
      };
    if (isRemoved && !key.includes(name)) continue;
    const changed = spoilt.get(name);
    if (changed !== undefined) return { field: name, problem: changed, advice: NOT_BY_EXCEL };
    if (need !== 'value' || value !== '') continue;
    if (long.includes(name)) return { field: name, problem: TOO_LONG, advice: SHORTEN };
    return { field: name, problem: `is empty${short}`, advice: FILL_IN };
  }
  if (isRemoved || !oneOf) return undefined;
  const cut = oneOf.find((name) => long.includes(name));
  if (cut) return { field: cut, problem: TOO_LONG, advice: SHORTEN };
  const noName = oneOf.find((name) => isNoName(row.of(name)));
  if (noName)
    return {
      field: noName,
      problem: `is ${quoted(row.of(noName))}, which is not a name`,
      advice: RIGHT_COLUMNS,
    };
  if (oneOf.some((name) => row.of(name) !== '')) return undefined;
  const field = oneOf.find((name) => /last|family/i.test(name)) ?? oneOf[0] ?? '';
  return { field, problem: `is empty${short}`, advice: FILL_IN };
}

export const TOO_LONG = `is longer than ${number(LONGEST)} characters`;
export const SHORTEN = 'Shorten it in your system and upload again.';
const RIGHT_COLUMNS = 'Check that each value stands in its own column, and upload again.';
const KNOWN_WORD: Readonly<Record<string, string>> = {
  Action: 'Write delete to remove, or leave it blank, and upload again.',
  status: 'Write active or tobedeleted, and upload again.',
};
const FILL_IN = 'Add it in your system and upload again.';
const NOT_BY_EXCEL = 'Export the file again and upload it without opening it in Excel.';
