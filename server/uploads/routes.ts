import express, { type Request, type Response, type Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account, type FileFormat } from '../models/account.js';
import { actorOf } from '../web/actor.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { FRESH_FORM, parseForm, typedValues, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { FORMATS } from '../roster-files/formats/formats.js';
import { disableFiles, enableFiles, type FilesEnabled } from './enable-files.js';
import { filesPage, HOME } from './queries.js';
import { takeFiles, type ReceivedFiles } from './receive-files.js';
import { formatSchema } from './schema.js';
import { storeUpload } from './store-upload.js';
import { switchSource, type Switched } from './switch-source.js';
import { uploadRoutes } from './upload-routes.js';
import { number } from '../web/format-count.js';

const CHANGED = 'Somebody else changed the roster source a moment ago. Look at it again.';

/** Global Setup → Roster files. For administrators. */
export function rosterFileRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', (req, res) => show(deps, req, res));

  router.post('/format', async (req, res) => {
    const parsed = parseForm(formatSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const { format } = parsed.value;
    const enabled = await enableFiles(deps, actorOf(res), format);
    if (!enabled.ok && enabled.reason === 'asks first') {
      askToBegin(res, format, enabled);
      return;
    }
    if (!enabled.ok) return show(deps, req, res, refusal(req, 'format', CHANGED));
    say(req, { kind: 'ok', text: `Roster files are on: ${FORMATS[format].label}. Upload the files now.` });
    res.redirect(303, HOME);
  });

  router.post('/begin', async (req, res) => {
    const parsed = parseForm(formatSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const { format } = parsed.value;
    const switched = await switchSource(deps, actorOf(res), format);
    if (!switched.ok) return show(deps, req, res, refusal(req, '_form', sayRefused(switched)));
    say(req, { kind: 'ok', text: `Roster files are on: ${FORMATS[format].label}. Upload the files now.` });
    res.redirect(303, HOME);
  });

  router.post('/begin-clever', async (req, res) => {
    const switched = await switchSource(deps, actorOf(res), 'clever');
    if (!switched.ok) return show(deps, req, res, refusal(req, '_form', sayRefused(switched)));
    say(req, { kind: 'ok', text: 'Clever is enabled. Next: import an event’s classes with the Importer.' });
    res.redirect(303, '/global-setup/clever');
  });

  router.post('/disable', async (req, res) => {
    await disableFiles(deps, actorOf(res));
    say(req, { kind: 'ok', text: 'Roster files are off. What was imported stays as it is.' });
    res.redirect(303, HOME);
  });

  router.post('/uploads', async (req, res) => {
    const received = takeFiles(res);
    const taken = await takeUpload(deps, res, received).finally(() => received?.remove());
    if (!taken.ok) return show(deps, req, res, refusal(req, taken.field, taken.message));
    res.redirect(303, `${HOME}/uploads/${taken.upload.toHexString()}`);
  });

  router.use('/uploads', uploadRoutes(deps));
  return router;
}

type Taken = { ok: true; upload: Types.ObjectId } | { ok: false; field: string; message: string };

async function takeUpload(deps: Deps, res: Response, received: ReceivedFiles | undefined): Promise<Taken> {
  const actor = actorOf(res);
  const { files } = (await Account.findById(actor.account, { files: 1 }).lean()) ?? {};
  if (!files?.on) return { ok: false, field: '_form', message: 'Turn roster files on first.' };
  if (received?.fault) return { ok: false, field: 'files', message: received.fault };
  if (!received || received.files.length === 0) return { ok: false, field: 'files', message: NO_FILES };
  return { ok: true, upload: await storeUpload(deps, actor, files.format, received.files) };
}

const NO_FILES = 'Choose the files, or the zip that holds them.';

/** The page, or the page again with what is wrong in one of its forms. */
async function show(
  deps: Pick<Deps, 'now'>,
  req: Request,
  res: Response,
  form: Form = FRESH_FORM,
): Promise<void> {
  const fresh = Object.keys(form.errors).length === 0;
  res.status(fresh ? 200 : 422).render('roster-files/set-up', {
    title: 'Roster files',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'roster-files',
    home: HOME,
    setUp: await filesPage(actorOf(res), deps.now()),
    formats: FORMATS,
    form,
  });
}

function refusal(req: Request, field: string, message: string): Form {
  return { values: typedValues(req.body), errors: { [field]: message } };
}

function sayRefused(switched: Extract<Switched, { ok: false }>): string {
  if (switched.reason === 'refresh running')
    return 'An import or sync is at work. Wait until it is done, or stop it, and begin again.';
  if (switched.reason === 'not ready') return `Clever cannot be enabled yet. ${switched.reasons.join(' ')}`;
  return CHANGED;
}

function askToBegin(
  res: Response,
  format: FileFormat,
  { cleverOn, people, sections }: Extract<FilesEnabled, { reason: 'asks first' }>,
): void {
  const title = `Change the roster source to ${FORMATS[format].label}?`;
  res.render('roster-files/confirm', {
    title,
    section: 'global-setup',
    confirm: {
      title,
      ...(cleverOn ? { lead: 'Clever and roster files cannot be on at once.' } : {}),
      effects: [
        ...(cleverOn ? ['Clever goes off; its nightly sync ends.'] : []),
        `The record ids of ${number(people)} ${people === 1 ? 'person' : 'people'} are cleared. The first import finds them again by their numbers and email addresses.`,
        `${number(sections)} ${sections === 1 ? 'section' : 'sections'} of the former source and its terms are archived.`,
      ],
      notes: ['Nobody is deleted. Classes, slots and appointments stay as they are.'],
      action: `${HOME}/begin`,
      fields: { format },
      submit: 'Begin',
      danger: true,
      cancel: HOME,
    },
  });
}
