import type { Form } from './parse.js';

/** The fields of a settings form by name: each with its label, and how its value is shown. */
export type SettingsFields = Record<string, { label: string; say?: (value: string) => string }>;

/** A field that somebody else changed while a person had its form open. */
export interface Meanwhile {
  label: string;
  before: string;
  after: string;
}

/** The longest `seen` that is read. Every settings form's is shorter. */
const LONGEST = 20_000;

/** What a form shows, for its hidden field `seen`. It comes back with the form and tells what somebody else changed meanwhile. */
export function seenOf(fields: SettingsFields, shown: Record<string, unknown>): string {
  return JSON.stringify(Object.fromEntries(Object.keys(fields).map((name) => [name, textOf(shown[name])])));
}

/**
 * The form to show again if somebody else saved meanwhile; undefined if nobody did, or if the sender does not say what was seen. Fields
 * that the person changed stay as typed; the others get the stored value. If the form is sent again, it is saved as it stands.
 * @param now the stored values, as the form shows them
 * @param shown what the form showed, for a sender who does not say
 */
export function changedMeanwhile(
  fields: SettingsFields,
  body: unknown,
  now: Record<string, unknown>,
  shown?: Record<string, unknown>,
): Form | undefined {
  const sent = (body ?? {}) as Record<string, unknown>;
  const seen = seenIn(sent.seen) ?? (shown && seenIn(seenOf(fields, shown)));
  if (!seen) return undefined;
  const changed = Object.keys(fields).filter((name) => (seen[name] ?? '') !== textOf(now[name]));
  if (changed.length === 0) return undefined;
  const values = Object.fromEntries(
    Object.keys(fields).map((name) => {
      const isMine = !changed.includes(name) || textOf(sent[name]) !== (seen[name] ?? '');
      return [name, isMine ? sent[name] : now[name]];
    }),
  );
  const meanwhile = changed.map((name): Meanwhile => {
    const { label = name, say = (value: string) => value } = fields[name] ?? {};
    return { label, before: say(seen[name] ?? ''), after: say(textOf(now[name])) };
  });
  return { values, errors: {}, meanwhile };
}

/** Whether a person changed something in a settings form, judging by what it showed. A form without `seen` has no changes to keep. */
export function isChanged(fields: SettingsFields, body: unknown): boolean {
  const sent = (body ?? {}) as Record<string, unknown>;
  const seen = seenIn(sent.seen);
  return seen !== undefined && Object.keys(fields).some((name) => (seen[name] ?? '') !== textOf(sent[name]));
}

function seenIn(text: unknown): Record<string, string> | undefined {
  if (typeof text !== 'string' || text.length > LONGEST) return undefined;
  try {
    const seen: unknown = JSON.parse(text);
    if (typeof seen !== 'object' || seen === null) return undefined;
    return Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, String(value)]));
  } catch {
    return undefined;
  }
}

/** One text for a value as it is stored, shown or sent. Line ends, the order of a list and an empty box make no difference. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).filter(Boolean).sort().join(', ');
  if (typeof value === 'string') return value.replace(/\r\n?/g, '\n').trim();
  if (typeof value === 'boolean') return value ? 'true' : '';
  return typeof value === 'number' ? String(value) : '';
}
