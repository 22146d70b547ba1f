import type { Request } from 'express';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import type { Adult, ComingMeeting } from './queries.js';
import { takingSchema, type Outcome } from './schema.js';

/** What happens to future appointments. A form without an answer is refused if there are any. */
export function readOutcome(
  req: Request,
  { household }: Pick<Adult, 'household'>,
  coming: ComingMeeting[],
): { ok: true; outcome: Outcome; tell: boolean } | { ok: false; form: Form } {
  const parsed = parseForm(takingSchema, req.body);
  const outcome = parsed.ok ? parsed.value.appointments : undefined;
  if (
    parsed.ok &&
    parsed.value.shown !== undefined &&
    parsed.value.shown !== shownOf({ household }, coming)
  ) {
    const errors = {
      _form:
        'The family or its appointments changed while you had this page open, and nothing is done yet. Look again.',
    };
    return { ok: false, form: { values: typedValues(req.body), errors } };
  }
  if (parsed.ok && (outcome || coming.length === 0))
    return { ok: true, outcome: outcome ?? 'keep', tell: parsed.value.tell };
  const fault = parsed.ok ? {} : parsed.errors;
  const isOutcome = parsed.ok || 'appointments' in fault;
  const errors = {
    ...fault,
    ...(isOutcome ? { appointments: 'Select what happens to the appointments.' } : {}),
  };
  return { ok: false, form: { values: typedValues(req.body), errors } };
}

/** The adults and appointments that a page shows, for its hidden field `shown`: the form is refused if they have changed. */
export function shownOf({ household }: Pick<Adult, 'household'>, coming: ComingMeeting[]): string {
  return [...(household?.adults ?? []).map(String), ...coming.map(({ id }) => id)].join(',');
}

/** Whether the family is told. */
export function readTelling(req: Request): { ok: true; tell: boolean } | { ok: false; form: Form } {
  const parsed = parseForm(takingSchema, req.body);
  return parsed.ok ? { ok: true, tell: parsed.value.tell } : { ok: false, form: parsed };
}
