import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import type { FieldMapping } from '../models/field-mapping.js';
import { actorOf } from '../web/actor.js';
import { seenOf } from '../web/compare-seen.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { FRESH_FORM, parseForm, statusOf, typedValues, type Form, type Parsed } from '../web/parse.js';
import { saveSeen } from '../web/save-seen.js';
import { say } from '../web/session.js';
import { pathOfRefresh } from '../runs/show/queries.js';
import { compareMappings } from './compare-mappings.js';
import { countChanges, mappingPage } from './queries.js';
import { renameIdentifiers, saveMapping } from './save-mapping.js';
import {
  choicesOf,
  mappingFrom,
  mappingOfMark,
  mappingSchema,
  markOf,
  NAME_FIELDS,
  namesSchema,
  type MappingForm,
} from './schema.js';
import { startMappingPreview } from './start-preview.js';

const HOME = '/global-setup/clever/mapping';

/** Global Setup → Clever → Field mapping. Mounted behind the administrator's guard. */
export function mappingRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', (_req, res) => showPage(res));

  // The names are in the same form, so this button saves them too.
  router.post('/', async (req, res) => {
    const parsed = parseForm(mappingSchema, req.body);
    if (!parsed.ok) return showPage(res, parsed);
    const fault = hasNames(req) ? await saveNames(deps, req, res) : undefined;
    if (fault) return showPage(res, fault);
    const { mapping } = await mappingPage(actorOf(res).account);
    if (compareMappings(mapping, mappingFrom(parsed.value)).length > 0)
      return showWarning(res, mappingFrom(parsed.value));
    say(req, { kind: 'notice', text: 'Nothing was changed. The mapping was already like this.' });
    res.redirect(303, HOME);
  });

  router.post('/saved', async (req, res) => {
    const parsed = understood(req);
    if (!parsed.ok) return refuse(req, res, parsed);
    const saved = await saveMapping(deps, actorOf(res), parsed.value.was, mappingFrom(parsed.value));
    if (!saved.ok)
      return showWarning(res, mappingFrom(parsed.value), await changedMapping(res, parsed.value.was));
    say(req, { kind: 'ok', text: 'The mapping is saved. The next sync uses it.' });
    res.redirect(303, HOME);
  });

  router.post('/preview', async (req, res) => {
    const parsed = parseForm(mappingSchema, req.body);
    if (!parsed.ok) return refuse(req, res, parsed);
    const started = await startMappingPreview(deps, actorOf(res), mappingFrom(parsed.value));
    if (started.ok) {
      res.redirect(303, pathOfRefresh(started.run));
      return;
    }
    await showWarning(res, mappingFrom(parsed.value), {
      values: typedValues(req.body),
      errors: { _form: 'Enable Clever first. A preview reads the district.' },
    });
  });

  router.post('/names', async (req, res) => {
    const fault = await saveNames(deps, req, res);
    if (fault) return showPage(res, fault);
    const chosen = parseForm(mappingSchema, req.body);
    const { mapping } = await mappingPage(actorOf(res).account);
    if (chosen.ok && isChosen(req) && compareMappings(mapping, mappingFrom(chosen.value)).length > 0) {
      const text =
        'The names are saved. The fields you selected above aren’t saved yet. Select Continue below them.';
      res.locals.flash = { kind: 'notice', text };
      return showPage(res, { values: choicesOf(mappingFrom(chosen.value)), errors: {} });
    }
    say(req, { kind: 'ok', text: 'The names are saved.' });
    res.redirect(303, HOME);
  });

  return router;
}

const sentKeys = (req: Request): string[] => Object.keys((req.body ?? {}) as object);
const hasNames = (req: Request): boolean => sentKeys(req).some((key) => key in NAME_FIELDS);
const isChosen = (req: Request): boolean =>
  sentKeys(req).some((key) => /^(student|teacher|staff)-/.test(key));

/** Saves the names of the identifiers. @returns the form again if they cannot be saved */
async function saveNames(deps: Deps, req: Request, res: Response): Promise<Form | undefined> {
  const parsed = parseForm(namesSchema, req.body);
  if (!parsed.ok) return parsed;
  const { names } = await mappingPage(actorOf(res).account);
  const { form } = await saveSeen(
    { fields: NAME_FIELDS, body: req.body, shown: names },
    () => renameIdentifiers(deps, actorOf(res), parsed.value, names),
    async () => (await mappingPage(actorOf(res).account)).names,
  );
  return form && { ...form, values: { ...typedValues(req.body), ...form.values, seen: undefined } };
}

/** The wanted mapping, if the person has confirmed the warning. */
function understood(req: Request): Parsed<MappingForm> {
  const parsed = parseForm(mappingSchema, req.body);
  if (!parsed.ok || parsed.value.understood) return parsed;
  const message = 'Select the box to confirm that you understand what can go wrong.';
  return { ok: false, values: typedValues(req.body), errors: { understood: message } };
}

/** What somebody else changed since the warning was shown. @param was the mapping that the warning was about */
async function changedMapping(res: Response, was: string): Promise<Form> {
  const { mapping, names, tables } = await mappingPage(actorOf(res).account);
  const meanwhile = compareMappings(mappingOfMark(was), mapping).map(({ type, identifier, from, to }) => {
    const title = tables.find((table) => table.type === type)?.title ?? type;
    return {
      label: `${title}: ${names[identifier]}`,
      before: from || 'Not mapped',
      after: to || 'Not mapped',
    };
  });
  return { values: {}, errors: {}, meanwhile };
}

/** Shows the warning again with what is missing, or the mapping if one of its fields is faulty. */
async function refuse(req: Request, res: Response, form: Form): Promise<void> {
  const parsed = parseForm(mappingSchema, req.body);
  if (parsed.ok) await showWarning(res, mappingFrom(parsed.value), form);
  else await showPage(res, form);
}

async function showPage(res: Response, form: Form = FRESH_FORM): Promise<void> {
  const shown = await mappingPage(actorOf(res).account);
  res.status(statusOf(form)).render('mapping/mapping', {
    ...page('Field mapping'),
    ...shown,
    choices: choicesOf(shown.mapping),
    seen: seenOf(NAME_FIELDS, shown.names),
    form,
  });
}

async function showWarning(res: Response, wanted: FieldMapping, form: Form = FRESH_FORM): Promise<void> {
  const { account } = actorOf(res);
  const { mapping, names, connected } = await mappingPage(account);
  res.status(statusOf(form)).render('mapping/warning', {
    ...page('Change the field mapping?'),
    changes: await countChanges(account, compareMappings(mapping, wanted), names),
    wanted: { ...choicesOf(wanted), was: markOf(mapping) },
    canPreview: connected,
    form,
  });
}

function page(title: string) {
  return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'clever', home: HOME };
}
