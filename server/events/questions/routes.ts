import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { parseForm, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { pathOf, reloadEvent, settingsFrame } from '../show-event.js';
import { arrangeRows } from './arrange-rows.js';
import { mergeRows, seenOfRows } from './compare-questions.js';
import { parseQuestions, rowsFrom, rowsOf } from './parse-questions.js';
import { saveQuestions } from './save-questions.js';
import { KIND_WORDS, listSchema, MAX_QUESTIONS, type Row } from './schema.js';

/** The questions asked when booking: one form, whose buttons add, move and remove questions before anything is saved. */
export function questionPages(router: Router, deps: Deps): void {
  const path = '/:event/settings/questions';
  const guard = eventGuard('event administrator');

  router.get(path, guard, (_req, res) => {
    showQuestions(res, rowsFrom(eventOf(res).fields));
  });

  router.post(path, guard, async (req, res) => {
    const parsed = parseForm(listSchema, req.body);
    if (!parsed.ok) {
      showQuestions(res.status(422), rowsFrom(eventOf(res).fields), {
        errors: { _form: firstOf(parsed.errors) },
      });
      return;
    }
    const rows = rowsOf(
      parsed.value.fields.map((id) => id.toHexString()),
      req.body,
    );
    if (parsed.value.act !== 'save') {
      const arranged = arrangeRows(rows, parsed.value.act);
      showQuestions(res, arranged, { values: seenSent(req), isArranged: true });
      return;
    }
    await save(deps, req, res, rows);
  });
}

async function save(deps: Deps, req: Request, res: Response, rows: Row[]): Promise<void> {
  const checked = parseQuestions(rows);
  if (!checked.ok) {
    showQuestions(res.status(422), rows, { errors: checked.errors, values: seenSent(req) });
    return;
  }
  const merged = mergeRows(rows, req.body, rowsFrom(eventOf(res).fields));
  if (merged) {
    showQuestions(res.status(422), merged.rows, { meanwhile: merged.meanwhile });
    return;
  }
  if (!(await saveQuestions(actorOf(res), eventOf(res), checked.fields, deps.now()))) {
    // Somebody saved between the look at the event and the save.
    const now = rowsFrom((await reloadEvent(res)).fields);
    const again = mergeRows(rows, req.body, now);
    showQuestions(res.status(422), again?.rows ?? rows, {
      ...(again ? { meanwhile: again.meanwhile } : { errors: { _form: SAVE_AGAIN } }),
    });
    return;
  }
  say(req, { kind: 'ok', text: 'The questions are saved.' });
  res.redirect(303, `${pathOf(eventOf(res))}/settings/questions`);
}

const SAVE_AGAIN = 'Somebody else saved these questions at the same moment. Save again.';

function showQuestions(
  res: Response,
  rows: Row[],
  more: Partial<Form> & { isArranged?: boolean } = {},
): void {
  const event = eventOf(res);
  const { isArranged = false, values = {}, errors = {}, ...form } = more;
  res.render('events/questions', {
    ...settingsFrame(event, 'questions'),
    form: { values: { ...values, ...typedOf(rows) }, errors, ...form },
    rows,
    isArranged,
    most: MAX_QUESTIONS,
    kinds: Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label })),
    seen: seenOfRows(rowsFrom(event.fields)),
  });
}

/** The values of the rows by the names of their fields. */
function typedOf(rows: Row[]): Record<string, unknown> {
  return Object.fromEntries(
    rows.flatMap(({ id, label, kind, choices, required, staffOnly }) => [
      [`label-${id}`, label],
      [`kind-${id}`, kind],
      [`choices-${id}`, choices],
      [`required-${id}`, required ? 'yes' : ''],
      [`staffOnly-${id}`, staffOnly ? 'yes' : ''],
    ]),
  );
}

/** What the form showed when it was loaded is kept while questions are moved. */
function seenSent(req: Request): Record<string, unknown> {
  const { seen } = (req.body ?? {}) as { seen?: unknown };
  return typeof seen === 'string' ? { seen } : {};
}

function firstOf(errors: Record<string, string>): string {
  return Object.values(errors)[0] ?? '';
}
