import type { AppointmentProblem } from '../models/appointment.js';
import { codeFor, rewriteDocuments } from './rewrite-documents.js';

/** The texts that versions before 0.6 stored about an appointment that needs a person. */
const PROBLEMS: Record<string, AppointmentProblem> = {
  'The student is no longer in a class of this teacher (found by the sync).': { code: 'not together' },
  'The class was deleted from this event.': { code: 'class deleted' },
};
const PATHS = ['problem', 'kept'] as const;

/** Turns the sentence on why an appointment is on the problem list into a code, also in a run's notes for its undo. */
export async function convertProblems(): Promise<void> {
  await rewriteDocuments(
    'appointment',
    { $or: PATHS.map((path) => ({ [path]: { $type: 'string' as const } })) },
    PATHS,
    (stored) =>
      Object.fromEntries(
        PATHS.flatMap((path) =>
          typeof stored[path] === 'string' ? [[path, codeFor(PROBLEMS, stored[path])] as const] : [],
        ),
      ),
  );
  await rewriteDocuments(
    'rosterChange',
    { kind: 'appointment', 'fields.path': 'problem' },
    ['fields'],
    ({ fields }) => ({ fields: (fields as NotedField[]).map(convertField) }),
  );
}

interface NotedField {
  path: string;
  before?: unknown;
  after?: unknown;
}

function convertField(field: NotedField): NotedField {
  if (field.path !== 'problem') return field;
  const convert = (value: unknown) =>
    typeof value === 'string' && value !== '' ? codeFor(PROBLEMS, value) : value;
  return {
    ...field,
    ...('before' in field ? { before: convert(field.before) } : {}),
    ...('after' in field ? { after: convert(field.after) } : {}),
  };
}
