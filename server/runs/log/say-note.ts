import type { FieldChange, RunNote } from '../../models/roster-change.js';
import type { SyncLog } from '../../models/sync-log.js';
import { sayAlike } from '../../web/say-alike.js';
import { sayProblem } from '../../web/say-problem.js';
import { fieldsInWords } from '../changes/change.js';

/** Why a record was not taken, or what is to be said of a change, as the log and the notes keep it. */
export type NoteCode = keyof typeof SENTENCES;

const SENTENCES = {
  'bad id': 'Its id is not one that Clever gives.',
  'no school': 'It names no school.',
  'no role': 'It has no role that this account syncs.',
  'no school, no class': 'It names no school and is in no class.',
  'unknown class': 'Its class is in none of the files and not known here.',
  'unknown person': 'Is in none of the files and not known here.',
  'not stored': 'The database did not take it.',
  'changed since': 'Somebody changed it since; it stays as it is.',
  'deleted here': 'Was deleted here; came back without the changes made to it.',
  'not together': sayProblem({ code: 'not together' }),
  'id in doubt':
    'This ID now comes with another name and no matching second fact. Nothing was changed. Decide under Global Setup → Duplicates.',
  'may be known': 'May be somebody who is here already. Decide under Duplicates.',
} as const;

/** A remark on one change as a sentence; '' for none. Version 0.4.0 stored the sentence itself (`text`). */
export function sayNote({ note, text = '' }: { note?: RunNote; text?: string }): string {
  if (!note) return text;
  if (note.code === 'may be known' && note.reason)
    return `May be somebody who is here already: ${sayAlike(note.reason)}. Decide under Duplicates.`;
  return (SENTENCES as Record<string, string>)[note.code] ?? '';
}

/** A line of the log in words: which fields changed, and the remark. */
export function sayLine({ fields = [], ...line }: Pick<SyncLog, 'fields' | 'note' | 'text'>): string {
  const paths = fields.map((path): FieldChange => ({ path }));
  return [fieldsInWords(paths), sayNote(line)].filter(Boolean).join('. ');
}
