import express, { type Request, type Response, type Router } from 'express';
import { reloadEvent, settingsFrame } from '../events/show-event.js';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Interpreter } from '../models/interpreter.js';
import { actorOf } from '../web/actor.js';
import { changedMeanwhile, seenOf, type SettingsFields } from '../web/compare-seen.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { fieldSpan, shortDay } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { nameSpoken, SPOKEN } from '../web/format-language.js';
import { FRESH_FORM, parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import type { PlacedEvent } from '../web/place.js';
import { saveSeen } from '../web/save-seen.js';
import { sayMailed } from '../web/say-mailed.js';
import { say } from '../web/session.js';
import { removeInterpreter, saveInterpreter, saveSetting } from './edit-interpreter.js';
import { parseInterpreter, settingForm } from './schema.js';
import { countComing, countLosing, findUnspoken } from './queries.js';
import { reconcileEvent } from './reconcile-interpreters.js';

/** The interpreters in an event's settings: the languages that families may ask for, and the people. */
export function interpreterSettings(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use(eventGuard('event administrator'));
  const back = (res: Response) => `/events/${String(eventOf(res)._id)}/settings/interpreters`;

  router.get('/', async (_req, res) => {
    await showSettings(res);
  });

  router.post('/', async (req, res) => {
    const parsed = parseForm(settingForm, req.body);
    if (!parsed.ok) return showSettings(res.status(422), parsed);
    const event = eventOf(res);
    const { sure, ...setting } = parsed.value;
    const losing = await countLosing(event, setting.languages, deps.now());
    const sent = { fields: settingFields(event), body: req.body as unknown, shown: shownOf(event) };
    const isLate = changedMeanwhile(sent.fields, sent.body, sent.shown) !== undefined;
    if (losing > 0 && !sure && !isLate) {
      const { languages, byHand, seen } = typedValues(req.body);
      const fields = { languages, byHand, seen, sure: '1' };
      res.render('interpreters/confirm', {
        ...settingsFrame(event, 'interpreters'),
        losing,
        fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
      });
      return;
    }
    const { form } = await saveSeen(
      sent,
      () => saveSetting(deps, actorOf(res), event, setting),
      async () => shownOf(await reloadEvent(res)),
    );
    if (form) return showSettings(res.status(422), form);
    await reconcileEvent(deps, event);
    const bare = `${countOf(losing, 'appointment has', 'appointments have')} no interpreter now.`;
    const what = losing > 0 ? ` ${bare} ${sayMailed(res, 'The families get an email.')}` : '';
    say(req, { kind: 'ok', text: `Saved.${what}` });
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
    showOne(res, found, { values: valuesOf(found), errors: {} });
  });

  router.post('/:interpreter', async (req, res) => {
    await save(req, res, await interpreterAt(req, res));
  });

  router.get('/:interpreter/removal', async (req, res) => {
    const { _id, name } = await interpreterAt(req, res);
    const event = eventOf(res);
    res.render('interpreters/removal', {
      ...settingsFrame(event, 'interpreters'),
      ...{ id: String(_id), name, byHand: event.interpreting?.byHand === true },
      coming: await countComing(event, _id, deps.now()),
    });
  });

  router.post('/:interpreter/removal', async (req, res) => {
    const { _id, name } = await interpreterAt(req, res);
    const coming = await countComing(eventOf(res), _id, deps.now());
    await removeInterpreter(deps, actorOf(res), eventOf(res), _id);
    await reconcileEvent(deps, eventOf(res));
    const told = coming > 0 ? ` ${sayMailed(res, 'Families whose interpreter changes get an email.')}` : '';
    say(req, { kind: 'ok', text: `${name} is removed.${told}` });
    res.redirect(303, back(res));
  });

  async function save(req: Request, res: Response, found?: Interpreter): Promise<void> {
    const event = eventOf(res);
    const parsed = parseInterpreter(req.body, daysFor(event, found));
    if (!parsed.ok) {
      showOne(res.status(422), found, parsed);
      return;
    }
    const shown = found ? valuesOf(found) : {};
    const { form, saved } = await saveSeen(
      { fields: fieldsOf(event, found), body: req.body as unknown, shown },
      () => saveInterpreter(deps, actorOf(res), event, parsed.value, found),
      async () => valuesOf(await interpreterAt(req, res)),
    );
    const again =
      form ?? (saved.ok ? undefined : { values: typedValues(req.body), errors: REFUSALS[saved.reason] });
    if (again) {
      showOne(res.status(422), found && (await interpreterAt(req, res)), again);
      return;
    }
    await reconcileEvent(deps, eventOf(res));
    const { name } = parsed.value;
    const isApart = saved?.ok && saved.isApart;
    say(
      req,
      isApart
        ? {
            kind: 'notice',
            text: `${name} is saved. Somebody in your contacts has this email now. Until the upcoming meetings of ${name} are over, check that nobody is needed at two places at once.`,
          }
        : { kind: 'ok', text: `${name} is saved.` },
    );
    res.redirect(303, back(res));
  }
  return router;
}

const REFUSALS = {
  many: { _form: 'There are 200 interpreters in the event already. Remove one first.' },
  'another person': {
    email:
      'This interpreter has upcoming appointments, and this email is somebody else’s in your contacts or at another event. Change the email back to the one that is saved. To change interpreters, add the other person as a new one, and remove this one.',
  },
};

async function interpreterAt(req: Request, res: Response): Promise<Interpreter> {
  const { _id: event, account } = eventOf(res);
  const scope = { _id: parseId(req.params.interpreter), event, account, status: 'active' } as const;
  const found = await Interpreter.findOne(scope).lean();
  if (!found) throw notFound();
  return found;
}

const shownOf = ({ interpreting }: Pick<Event, 'interpreting'>) => ({
  languages: interpreting?.languages ?? [],
  byHand: interpreting?.byHand ? '1' : '',
});

const languagesField = ({ locale }: PlacedEvent) => ({
  label: 'Languages',
  say: (codes: string) =>
    codes
      .split(', ')
      .filter(Boolean)
      .map((code) => nameSpoken(code, locale))
      .join(', '),
});

const settingFields = (event: PlacedEvent): SettingsFields => ({
  languages: languagesField(event),
  byHand: { label: 'The office assigns each interpreter', say: (ticked) => (ticked ? 'Yes' : 'No') },
});

function valuesOf({ name, email, languages, times }: Interpreter): Form['values'] {
  const spans = times.flatMap(({ day, from, to }) => [
    [`from-${day}`, from],
    [`to-${day}`, to],
  ]);
  return { name, email, languages, ...(Object.fromEntries(spans) as Record<string, string>) };
}

/** The fields of one interpreter's form. */
const fieldsOf = (event: PlacedEvent, found: Interpreter | undefined): SettingsFields => ({
  ...{ name: { label: 'Name' }, email: { label: 'Email' }, languages: languagesField(event) },
  ...Object.fromEntries(
    daysFor(event, found).flatMap((day) => [
      [`from-${day}`, { label: `${shortDay(day, event)}, from` }],
      [`to-${day}`, { label: `${shortDay(day, event)}, until` }],
    ]),
  ),
});

/** The event's days, and other days for which an interpreter still has times. */
const daysFor = ({ days }: PlacedEvent, found: Interpreter | undefined) =>
  [...new Set([...days, ...(found?.times ?? []).map(({ day }) => day)])].sort();

/** Languages as choices, by name. */
const spoken = ({ locale }: PlacedEvent, codes: readonly string[] = SPOKEN) =>
  codes
    .map((value) => ({ value, label: nameSpoken(value, locale) }))
    .sort((a, b) => a.label.localeCompare(b.label));

/** What an interpreter can be chosen for: what families may ask for here, and what this one has been given before, or in the form. */
const spokenHere = (
  event: PlacedEvent & Pick<Event, 'interpreting'>,
  found: Interpreter | undefined,
  { values }: Form,
) => {
  const typed = SPOKEN.filter((code) => [values.languages].flat().includes(code));
  const codes = new Set([...(event.interpreting?.languages ?? []), ...(found?.languages ?? []), ...typed]);
  return spoken(event, codes.size > 0 ? [...codes] : SPOKEN);
};

async function showSettings(res: Response, form?: Form): Promise<void> {
  const event = eventOf(res);
  const { _id, account, interpreting } = event;
  const found = await Interpreter.find({ event: _id, account, status: 'active' }).sort({ sortKey: 1 }).lean();
  res.render('interpreters/settings', {
    ...settingsFrame(event, 'interpreters'),
    options: spoken(event),
    isOn: interpreting !== undefined,
    people: found.map(({ _id: id, name, email, languages, times }) => ({
      id: String(id),
      ...{ name, email },
      languages: languages.map((code) => nameSpoken(code, event.locale)).join(', '),
      times: times
        .map(({ day, from, to }) => `${shortDay(day, event)}, ${fieldSpan(from, to, event)}`)
        .join(', '),
      isAway: times.length > 0 && !times.some(({ day }) => event.days.includes(day)),
    })),
    unspoken: (await findUnspoken(event)).map((code) => nameSpoken(code, event.locale)),
    seen: seenOf(settingFields(event), shownOf(event)),
    form: form ?? { values: shownOf(event), errors: {} },
  });
}

function showOne(res: Response, found: Interpreter | undefined, form: Form): void {
  const event = eventOf(res);
  res.render('interpreters/edit', {
    ...settingsFrame(event, 'interpreters'),
    id: found ? String(found._id) : '',
    name: found?.name ?? '',
    options: spokenHere(event, found, form),
    eventDays: daysFor(event, found).map((day) => ({ day, label: shortDay(day, event) })),
    seen: seenOf(fieldsOf(event, found), found ? valuesOf(found) : {}),
    form,
  });
}
