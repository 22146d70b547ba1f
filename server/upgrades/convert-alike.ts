import type { AlikeReason } from '../models/duplicate.js';
import { codeFor, rewriteDocuments } from './rewrite-documents.js';

/** The texts that versions before 0.6 stored about a pair. */
const REASONS: Record<string, AlikeReason> = {
  'same student number': { code: 'number', field: 'student_number' },
  'same teacher number': { code: 'number', field: 'teacher_number' },
  'same staff id': { code: 'number', field: 'staff_id' },
  'same SIS id': { code: 'number', field: 'sis_id' },
  'same state id': { code: 'number', field: 'state_id' },
  'same e-mail and last name': { code: 'email' },
  'same name, e-mail or phone, and a student in common': { code: 'family' },
  'same name and birth date': { code: 'birth' },
  'same name': { code: 'name' },
  'same id': { code: 'id' },
};

/** Turns the text on what two contacts have in common into a code: on the *to decide* list, in logs and in a preview's notes. */
export async function convertAlike(): Promise<void> {
  await rewriteDocuments('duplicate', { reason: { $type: 'string' } }, ['reason'], ({ reason }) =>
    convertIn({ reason }),
  );
  for (const name of ['syncLog', 'rosterChange'])
    await rewriteDocuments(name, { 'note.reason': { $type: 'string' } }, ['note'], ({ note }) => ({
      note: { ...(note as object), ...convertIn(note as Reasoned) },
    }));
  await rewriteDocuments(
    'rosterChange',
    { kind: 'duplicate', 'document.reason': { $type: 'string' } },
    ['document'],
    ({ document }) => ({ document: { ...(document as object), ...convertIn(document as Reasoned) } }),
  );
}

interface Reasoned {
  reason?: unknown;
}

function convertIn({ reason }: Reasoned): { reason: AlikeReason } {
  const text = String(reason);
  return { reason: codeFor(REASONS, text) ?? { code: 'text', text } };
}
