import { sayAction } from '../../audit/say-action.js';

/** @param detail of the entry: the names of the edited fields */
export function explainAction(action: string, detail: Record<string, unknown> = {}): string {
  const words = sayAction(action);
  const fields = Array.isArray(detail.fields) ? detail.fields.map((field) => spaced(String(field))) : [];
  return fields.length > 0 ? `${words}: ${fields.join(', ')}` : words;
}

/** "First name" for "firstName". */
function spaced(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
