import { Types } from 'mongoose';
import { MAX_QUESTIONS, type Row } from './schema.js';

/** The rows after a button that only arranges them: `add`, or `up`, `down` or `remove` with an id. Nothing is saved. */
export function arrangeRows(rows: Row[], act: string): Row[] {
  const [what = '', id = ''] = act.split(':');
  if (what === 'add') return rows.length < MAX_QUESTIONS ? [...rows, freshRow()] : rows;
  const at = rows.findIndex((row) => row.id === id);
  const row = rows[at];
  if (!row) return rows;
  const others = rows.filter((one) => one !== row);
  if (what === 'remove') return others;
  const to = Math.max(0, what === 'up' ? at - 1 : at + 1);
  return [...others.slice(0, to), row, ...others.slice(to)];
}

function freshRow(): Row {
  const id = new Types.ObjectId().toHexString();
  return { id, label: '', kind: 'text', choices: '', required: false, staffOnly: false };
}
