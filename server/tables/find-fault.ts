import { isNoName, removes } from './check-row.js';
import type { Header } from './find-header.js';
import type { Row } from './reading.js';
import type { Fault } from './say-file-problem.js';
import type { RawRow } from './split-rows.js';
import type { TableFormat } from './table-format.js';

/** Longer than any field of a real roster. */
export const LONGEST = 1000;

/** Why a row is left out. */
export interface RowFault {
  field: string;
  fault: Fault;
}

/** A row's cells that were changed or cannot be understood. */
export interface Spoilt {
  /** Columns whose cells are too long. */
  long: readonly string[];
  /** Columns whose ids cannot be known, with the reason. */
  spoilt: ReadonlyMap<string, Fault>;
}

/** The first fault for which a row is left out. */
export function findFault(
  { columns, oneOf, key }: TableFormat,
  row: Row,
  { width, cells: names }: Header,
  raw: RawRow,
  { long, spoilt }: Spoilt,
): RowFault | undefined {
  const isRemoved = removes(row);
  const had = { cells: raw.width, columns: names.length || width };
  const empty: Fault =
    had.cells > 1 && had.cells < had.columns ? { code: 'cut off', ...had } : { code: 'empty' };
  for (const { name, need, words } of columns) {
    const value = row.of(name);
    if (words && value !== '' && !words.are.test(value))
      return { field: name, fault: { code: words.fault, cell: value } };
    if (isRemoved && !key.includes(name)) continue;
    const changed = spoilt.get(name);
    if (changed !== undefined) return { field: name, fault: changed };
    if (need !== 'value' || value !== '') continue;
    return { field: name, fault: long.includes(name) ? TOO_LONG : empty };
  }
  if (isRemoved || !oneOf) return undefined;
  const cut = oneOf.find((name) => long.includes(name));
  if (cut) return { field: cut, fault: TOO_LONG };
  const noName = oneOf.find((name) => isNoName(row.of(name)));
  if (noName) return { field: noName, fault: { code: 'not a name', cell: row.of(noName) } };
  if (oneOf.some((name) => row.of(name) !== '')) return undefined;
  const field = oneOf.find((name) => /last|family/i.test(name)) ?? oneOf[0] ?? '';
  return { field, fault: empty };
}

const TOO_LONG: Fault = { code: 'too long', most: LONGEST, lost: 'row' };
