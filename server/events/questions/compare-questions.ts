import { createHash } from 'node:crypto';
import type { FieldKind } from '../../models/appointment-field.js';
import type { Meanwhile, SettingsFields } from '../../web/compare-seen.js';
import { changedMeanwhile, seenOf } from '../../web/compare-seen.js';
import { KIND_WORDS, MAX_QUESTIONS, type Row } from './schema.js';

/** The length of a row's prefix: its id and a mark of its contents. The rest is for people. */
const HEAD = 24 + 12 + 2;

const POSITIONS: SettingsFields = Object.fromEntries(
  Array.from({ length: MAX_QUESTIONS }, (_, n) => [
    `q${n + 1}`,
    { label: `Question ${n + 1}`, say: (value: string) => value.slice(HEAD) },
  ]),
);

/** What the form shows of some questions, for its hidden field `seen`. */
export function seenOfRows(rows: Row[]): string {
  return seenOf(POSITIONS, byPosition(rows));
}

/**
 * The form to show again if somebody else saved other questions meanwhile; undefined if nobody did. Questions that the person left alone
 * become the stored ones, including those that are new or deleted; questions that the person changed stay as typed.
 */
export function mergeRows(
  mine: Row[],
  body: unknown,
  now: Row[],
): { rows: Row[]; meanwhile: Meanwhile[] } | undefined {
  const changed = changedMeanwhile(POSITIONS, body, byPosition(now));
  if (!changed?.meanwhile) return undefined;
  const seen = seenMarks(body);
  const rows = mine.flatMap((row) =>
    seen.get(row.id) === markOf(row) ? now.filter(({ id }) => id === row.id) : [row],
  );
  const added = now.filter(({ id }) => !seen.has(id) && !mine.some((row) => row.id === id));
  return { rows: [...rows, ...added].slice(0, MAX_QUESTIONS), meanwhile: changed.meanwhile };
}

function byPosition(rows: Row[]): Record<string, string> {
  return Object.fromEntries(rows.map((row, index) => [`q${index + 1}`, textOf(row)]));
}

/** The mark of each question that the form showed, by the question's id. */
function seenMarks(body: unknown): Map<string, string> {
  const { seen } = (body ?? {}) as { seen?: unknown };
  const texts = Object.values(JSON.parse(String(seen)) as Record<string, unknown>).map(String);
  return new Map(texts.filter(Boolean).map((text) => [text.slice(0, 24), text.slice(25, 37)]));
}

function textOf(row: Row): string {
  const { id, label, kind, choices, required, staffOnly } = row;
  const parts = [
    KIND_WORDS[kind as FieldKind],
    kind === 'choice' && choices.split('\n').join(', ').slice(0, 200),
    required && 'required',
    staffOnly && 'for staff only',
  ];
  return `${id} ${markOf(row)} ${label} (${parts.filter(Boolean).join('; ')})`;
}

/** Line ends differ between what is stored and what is sent. */
function markOf({ id: _id, choices, kind, ...row }: Row): string {
  const lines = kind === 'choice' ? choices.split(/\r\n?|\n/).map((one) => one.trim()) : [];
  const all = JSON.stringify([row.label.trim(), kind, lines.filter(Boolean), row.required, row.staffOnly]);
  return createHash('sha256').update(all).digest('hex').slice(0, 12);
}
