import type { FieldChange, RunNote } from '../../models/roster-change.js';
import type { SyncLog } from '../../models/sync-log.js';
import { sayAlike } from '../../web/say-alike.js';
import { sayProblem } from '../../web/say-problem.js';
import { fieldsInWords } from '../changes/change.js';

/** Why a record was refused, or what is remarked on a change, as the log and the notes store it. */
export type NoteCode = keyof typeof SENTENCES;

const SENTENCES = {
  'bad id': 'Its record ID isn’t one that Clever uses.',
  'no school': 'It has no school.',
  'no role': 'Its role isn’t one that you import.',
  'no school, no class': 'It has no school and is in no class.',
  'unknown class': 'Its class isn’t in the files or in Slotbell.',
  'unknown person': 'This person isn’t in the files or in Slotbell.',
  'not stored': 'The database didn’t accept it.',
  'changed since': 'Somebody has changed it since, so it stays as it is.',
  'deleted here': 'It was deleted here. It’s back, without the changes made to it.',
  'not together': sayProblem({ code: 'not together' }),
  'id in doubt':
    'This ID now has a different name, and nothing else shows that it’s the same person. Nothing was changed. Decide under Global Setup → Duplicates.',
  'may be known': 'This may be somebody you already have. Decide under Global Setup → Duplicates.',
} as const;

/** The remark on a change as a sentence; '' if there is none. Version 0.4.0 stored the sentence itself (`text`). */
export function sayNote({ note, text = '' }: { note?: RunNote; text?: string }): string {
  if (!note) return text;
  if (note.code === 'may be known' && note.reason)
    return `This may be somebody you already have: ${sayAlike(note.reason)}. Decide under Global Setup → Duplicates.`;
  return (SENTENCES as Record<string, string>)[note.code] ?? '';
}

/** A line of the log in words: which fields changed, and the remark. */
export function sayLine({ fields = [], ...line }: Pick<SyncLog, 'fields' | 'note' | 'text'>): string {
  const paths = fields.map((path): FieldChange => ({ path }));
  return [fieldsInWords(paths), sayNote(line)].filter(Boolean).join('. ');
}
