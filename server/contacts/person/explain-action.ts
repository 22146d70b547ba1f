/** What was done to a person, by the audit's words for it. */
const WORDS: Record<string, string> = {
  'add contact': 'Added by hand',
  'edit contact': 'Edited',
  'link child': 'Child linked by hand',
  'unlink child': 'Child unlinked by hand',
  'transfer contact': 'Marked as transferred',
  'restore contact': 'Restored',
  'print codes': 'One-time code printed',
  'add child': 'Added to an adult’s list of children',
  'take child away': 'Taken off an adult’s list of children',
  'give child back': 'Given back to an adult',
  'try to add child': 'Somebody tried to add this child',
  'merge contacts': 'Merged with another contact',
  'change access level': 'Access level changed',
  'invite staff': 'Invited as staff',
};

/** @param detail of the entry: which fields were edited, by name */
export function explainAction(action: string, detail: Record<string, unknown> = {}): string {
  const words = WORDS[action] ?? action.slice(0, 1).toUpperCase() + action.slice(1);
  const fields = Array.isArray(detail.fields) ? detail.fields.map((field) => spaced(String(field))) : [];
  return fields.length > 0 ? `${words}: ${fields.join(', ')}` : words;
}

/** "firstName" as people read it. */
function spaced(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
