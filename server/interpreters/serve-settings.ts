import express, { type Request, type Response, type Router } from 'express';
import { settingsFrame } from '../events/show-event.js';
import type { Deps } from '../deps.js';
import { Interpreter } from '../models/interpreter.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { shortDay } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { nameSpoken, SPOKEN } from '../web/format-language.js';
import { FRESH_FORM, parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import type { PlacedEvent } from '../web/place.js';
import { say } from '../web/session.js';
import { removeInterpreter, saveInterpreter, saveSetting } from './edit-interpreter.js';
import { parseInterpreter, settingForm } from './schema.js';
import { reconcileInterpreters } from './reconcile-interpreters.js';

/** Interpreters in an event's settings: for which languages families may ask, and who they are. */
export function interpreterSettings(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use(eventGuard('event administrator'));
  const running = () => reconcileInterpreters(deps, new AbortController().signal);
  const back = (res: Response) => `/events/${String(eventOf(res)._id)}/settings/interpreters`;

  router.get('/', async (_req, res) => {
    await showSettings(res);
  });

  router.post('/', async (req, res) => {
    const parsed = parseForm(settingForm, req.body);
    if (!parsed.ok) return showSettings(res.status(422), parsed);
    await saveSetting(deps, actorOf(res), eventOf(res), parsed.value);
    await running();
    say(req, { kind: 'ok', text: 'Saved.' });
    res.redirect(303, back(res));
  });

  router.get('/new', (_req, res) => {
    showOne(res, undefined, FRESH_FORM);
  });

  router.post('/new', async (req, res) => {
    await save(req, res);
  });

  router.get('/:interpreter', async (req, res) => {
    const found = await interpreterAt(req, res);
    const { name, email, languages, times } = found;
    const values = Object.fromEntries([
      ...Object.entries({ name, email, languages }),
      ...times.flatMap(({ day, from, to }) => [
        [`from-${day}`, from],
        [`to-${day}`, to],
      ]),
    ]) as Form['values'];
    showOne(res, found, { values, errors: {} });
  });

  router.post('/:interpreter', async (req, res) => {
    await save(req, res, await interpreterAt(req, res));
  });

  router.post('/:interpreter/removal', async (req, res) => {
    const { _id, name } = await interpreterAt(req, res);
    await removeInterpreter(deps, actorOf(res), eventOf(res), _id);
    await running();
    say(req, { kind: 'ok', text: `${name} is removed. Families whose interpreter changes get an email.` });
    res.redirect(303, back(res));
  });

  async function save(req: Request, res: Response, found?: Interpreter): Promise<void> {
    const event = eventOf(res);
    const parsed = parseInterpreter(req.body, event.days);
    if (!parsed.ok) {
      showOne(res.status(422), found, parsed);
      return;
    }
    if (!(await saveInterpreter(deps, actorOf(res), event, parsed.value, found?._id))) {
      const errors = { _form: 'There are 200 interpreters in the event already. Remove one first.' };
      showOne(res.status(422), found, { values: typedValues(req.body), errors });
      return;
    }
    await running();
    say(req, { kind: 'ok', text: `${parsed.value.name} is saved.` });
    res.redirect(303, back(res));
  }
  return router;
}

async function interpreterAt(req: Request, res: Response): Promise<Interpreter> {
  const { _id: event, account } = eventOf(res);
  const scope = { _id: parseId(req.params.interpreter), event, account, status: 'active' } as const;
  const found = await Interpreter.findOne(scope).lean();
  if (!found) throw notFound();
  return found;
}

const spoken = ({ locale }: PlacedEvent) =>
  SPOKEN.map((value) => ({ value, label: nameSpoken(value, locale) })).sort((a, b) =>
    a.label.localeCompare(b.label),
  );

async function showSettings(res: Response, form?: Form): Promise<void> {
  const event = eventOf(res);
  const { _id, account, interpreting } = event;
  const found = await Interpreter.find({ event: _id, account, status: 'active' }).sort({ sortKey: 1 }).lean();
  res.render('interpreters/settings', {
    ...settingsFrame(event, 'interpreters'),
    options: spoken(event),
    isOn: interpreting !== undefined,
    people: found.map(({ _id: id, name, languages, times }) => ({
      id: String(id),
      name,
      languages: languages.map((code) => nameSpoken(code, event.locale)).join(', '),
      times: times.map(({ day, from, to }) => `${shortDay(day, event)} ${from}–${to}`).join(', '),
    })),
    form: form ?? {
      values: { languages: interpreting?.languages ?? [], byHand: interpreting?.byHand ? '1' : '' },
      errors: {},
    },
  });
}

function showOne(res: Response, found: Interpreter | undefined, form: Form): void {
  const event = eventOf(res);
  res.render('interpreters/edit', {
    ...settingsFrame(event, 'interpreters'),
    id: found ? String(found._id) : '',
    name: found?.name ?? '',
    options: spoken(event),
    eventDays: event.days.map((day) => ({ day, label: shortDay(day, event) })),
    form,
  });
}
