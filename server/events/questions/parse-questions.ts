import type { AppointmentField } from '../../models/appointment-field.js';
import { searchKey } from '../../models/search-key.js';
import { parseForm } from '../../web/parse.js';
import { rowSchema, type Row } from './schema.js';

const PARTS = ['label', 'kind', 'choices', 'required', 'staffOnly'] as const;

/** The questions that a form has under these ids, as they were typed. */
export function rowsOf(ids: string[], body: unknown): Row[] {
  const sent = (body ?? {}) as Record<string, unknown>;
  const text = (name: string, most: number) => {
    const value = sent[name];
    return typeof value === 'string' ? value.slice(0, most) : '';
  };
  return ids.map((id) => ({
    id,
    label: text(`label-${id}`, 500),
    kind: text(`kind-${id}`, 20),
    choices: text(`choices-${id}`, 4000),
    required: text(`required-${id}`, 10) !== '',
    staffOnly: text(`staffOnly-${id}`, 10) !== '',
  }));
}

/** Stored questions as their form shows them. */
export function rowsFrom(fields: AppointmentField[] | undefined): Row[] {
  return (fields ?? []).map((field) => ({ ...field, choices: field.choices.join('\n') }));
}

/** Checks the questions of a form. Each message says which question it is about, and carries the name of its field. */
export function parseQuestions(
  rows: Row[],
): { ok: true; fields: AppointmentField[] } | { ok: false; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const fields: AppointmentField[] = [];
  const asked = new Set<string>();
  rows.forEach((row, index) => {
    const parsed = parseForm(rowSchema, {
      ...row,
      required: row.required ? 'yes' : '',
      staffOnly: row.staffOnly ? 'yes' : '',
    });
    const tell = (part: string, message: string) => {
      errors[`${part}-${row.id}`] =
        `Question ${index + 1}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
    };
    if (!parsed.ok) {
      for (const part of PARTS) {
        const message = parsed.errors[part];
        if (message) tell(part, message);
      }
      return;
    }
    const key = searchKey(parsed.value.label);
    if (asked.has(key)) tell('label', 'another question asks the same. Reword one of them.');
    asked.add(key);
    fields.push({ id: row.id, ...parsed.value });
  });
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, fields };
}
