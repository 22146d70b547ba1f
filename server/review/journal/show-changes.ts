import { Types } from 'mongoose';
import type { ChangeState, FieldChange, RosterChange } from '../../models/roster-change.js';
import type { Style } from '../../web/place.js';
import { longDay } from '../../web/format-time.js';
import { fieldInWords, toldFields } from '../../runs/changes/change.js';
import { sayNote } from '../../runs/log/say-note.js';
import { ACTION_WORDS, ONE_WORDS } from '../../runs/show/show-run.js';
import { nameTargets, type TargetScope } from './name-targets.js';
import { isPeople, listChange, MOST_NAMED, readNames, type Names } from './read-names.js';
import { number } from '../../web/format-count.js';

export const CHANGE_STATE_WORDS: Record<ChangeState, { kind: string; word: string }> = {
  planned: { kind: 'busy', word: 'Planned' },
  withheld: { kind: 'notice', word: 'To review' },
  applied: { kind: 'ok', word: 'Done' },
  undone: { kind: 'off', word: 'Undone' },
  rejected: { kind: 'off', word: 'Kept after review' },
  stale: { kind: 'notice', word: 'Changed since' },
};

/** One changed field: its values before and after, or for a list what was added and removed. */
export interface ShownField {
  label: string;
  before: string;
  after: string;
  /** Shown instead of both values. */
  text: string;
}

export interface ShownChange {
  name: string;
  kind: string;
  action: string;
  fields: ShownField[];
  note: string;
  state: { kind: string; word: string };
  sourceId: string;
}

/** Changes in words. @param values false: only which fields changed, as in the log */
export async function showChanges(
  scope: TargetScope,
  rows: readonly RosterChange[],
  values: boolean,
): Promise<ShownChange[]> {
  const [targets, names] = await Promise.all([nameTargets(scope, rows), readNames(scope, rows)]);
  return rows.map((row) => ({
    name: targets.get(row.target.toHexString()) || 'No longer known',
    kind: ONE_WORDS[row.kind] ?? row.kind,
    action: actionOf(row),
    fields:
      row.action === 'added'
        ? []
        : toldOf(row).map((field) => showField(field, names, scope, values || !!row.event)),
    note: sayNote(row),
    state: CHANGE_STATE_WORDS[row.state],
    sourceId: row.sourceId,
  }));
}

function actionOf({ kind, action }: RosterChange): string {
  if (kind !== 'appointment') return ACTION_WORDS[action] ?? action;
  return action === 'restored' ? 'No longer a problem' : 'Needs a look';
}

function toldOf(row: RosterChange): FieldChange[] {
  return toldFields(row.fields).filter(({ path }) => path !== 'status');
}

function showField(field: FieldChange, names: Names, style: Style, values: boolean): ShownField {
  const label = field.path === 'relations' ? 'children' : fieldInWords(field.path);
  if (!values) return { label, before: '', after: '', text: 'changed' };
  const list = isPeople(field) || Array.isArray(field.before ?? field.after);
  if (list) return { label, before: '', after: '', text: sayList(field, names) };
  return {
    label,
    before: sayValue(field.path, field.before, names, style),
    after: sayValue(field.path, field.after, names, style),
    text: '',
  };
}

/** "+ Ann Lee, − Bob Ray", or for many "+12 −3"; schools by their names. */
function sayList(field: FieldChange, { people, schools }: Names): string {
  const { added, removed } = listChange(field);
  if (added.length + removed.length === 0)
    return field.path === 'relations' ? 'relationship changed' : 'order changed';
  const known = isPeople(field) ? people : field.path.endsWith('schools') ? schools : undefined;
  if (!known || added.length + removed.length > MOST_NAMED)
    return [
      ...(added.length > 0 ? [`+${number(added.length)}`] : []),
      ...(removed.length > 0 ? [`−${number(removed.length)}`] : []),
    ].join(' ');
  const nameOf = (id: string) => known.get(id) ?? 'somebody Clever doesn’t share';
  return [...added.map((id) => `+ ${nameOf(id)}`), ...removed.map((id) => `− ${nameOf(id)}`)].join(', ');
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function sayValue(path: string, value: unknown, { schools, terms, courses }: Names, style: Style): string {
  if (value === undefined || value === null || value === '') return '';
  if (value instanceof Date) return longDay(value.toISOString(), style);
  const text =
    value instanceof Types.ObjectId
      ? value.toHexString()
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  if (DAY.test(text)) return longDay(text, style);
  if (/(^|\.)school$/.test(path)) return schools.get(text) ?? 'a school that is no longer there';
  if (path === 'term') return terms.get(text) ?? 'a term Clever doesn’t share';
  if (path === 'course') return courses.get(text) ?? 'a course Clever doesn’t share';
  return text;
}
