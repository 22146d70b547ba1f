import type { Confirmation } from '../booking/confirm-appointment.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { questionsFor, readAnswers } from '../booking/read-answers.js';
import { confirmForm } from '../booking/schema.js';
import { parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import type { Words } from '../web/words.js';
import type { Family } from './load-conference.js';

export type ReadConfirmation =
  /** `inARow`: the chosen length, where it was asked. */
  { ok: true; asked: Confirmation; inARow: number | undefined } | { ok: false; form: Form };

/** Reads the form by which a family books its hold: how it wants to meet, its answers and its note. */
export function readConfirmation(
  { event, household, actor }: Family,
  { id, isOpenKind }: Pick<Meeting, 'id' | 'isOpenKind'>,
  body: unknown,
  t: Words,
): ReadConfirmation {
  const parsed = parseForm(confirmForm(isOpenKind), body, t);
  const read = readAnswers(questionsFor(event, 'household'), body, t);
  if (!parsed.ok || !read.ok) {
    // In the order of the fields: the note comes last.
    const faults: Record<string, string> = parsed.ok ? {} : parsed.errors;
    const { note, inARow, ...meet } = faults;
    const errors = {
      ...(inARow ? { inARow } : {}),
      ...meet,
      ...(read.ok ? {} : read.errors),
      ...(note ? { note } : {}),
    };
    return { ok: false, form: { values: typedValues(body), errors } };
  }
  const { note, meet, inARow } = parsed.value;
  const asked: Confirmation = {
    ...{ event, appointment: parseId(id), household: household._id, user: actor.user, by: 'household' },
    ...{ note, answers: read.answers, ...(meet ? { kind: meet } : {}) },
  };
  return { ok: true, asked, inARow };
}
