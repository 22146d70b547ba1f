import express, { type Request, type Response, type Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account, type FileFormat } from '../models/account.js';
import { actorOf } from '../web/actor.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { FRESH_FORM, parseForm, typedValues, type Form } from '../web/parse.js';
import { endStep } from '../web/session.js';
import { goOn, KINDS } from '../clever/connection/show-page.js';
import { FORMATS } from '../roster-files/formats/formats.js';
import { disableFiles, enableFiles, type FilesEnabled } from './enable-files.js';
import { filesPage, HOME } from './queries.js';
import { takeFiles, type ReceivedFiles } from './receive-files.js';
import { formatSchema } from './schema.js';
import { storeUpload } from './store-upload.js';
import { switchSource, type Switched } from './switch-source.js';
import { uploadRoutes } from './upload-routes.js';
import { number } from '../web/format-count.js';

const CHANGED = 'Somebody else changed the roster source a moment ago. Check it again.';

/** Global Setup → Roster files. For administrators. */
export function rosterFileRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', (req, res) => show(deps, req, res));

  router.post('/format', async (req, res) => {
    const parsed = parseForm(formatSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const { format } = parsed.value;
    const { was } = (req.body ?? {}) as Record<string, unknown>;
    const seen = typeof was === 'string' ? was : undefined;
    const enabled = await enableFiles(deps, actorOf(res), format, seen);
    if (!enabled.ok && enabled.reason === 'asks first') {
      askToBegin(req, res, format, enabled);
      return;
    }
    if (!enabled.ok) return show(deps, req, res, refusal(req, 'format', CHANGED));
    await goBack(deps, req, res, sayOn(format), true);
  });

  router.post('/begin', async (req, res) => {
    const { again, format: chosen } = (req.body ?? {}) as Record<string, unknown>;
    const parsed = parseForm(formatSchema, { format: again ?? chosen });
    if (!parsed.ok) return show(deps, req, res, parsed);
    const { format } = parsed.value;
    const switched = await switchSource(deps, actorOf(res), format);
    if (!switched.ok) return show(deps, req, res, refusal(req, '_form', sayRefused(switched)));
    await goBack(deps, req, res, sayOn(format));
  });

  router.post('/begin-clever', async (req, res) => {
    const switched = await switchSource(deps, actorOf(res), 'clever');
    if (!switched.ok) return show(deps, req, res, refusal(req, '_form', sayRefused(switched)));
    const text = 'Clever is enabled. Next: import an event’s classes with the Importer.';
    // Requested on Clever's page, which may have other unsaved fields.
    await goOn(deps, req, res, { kind: 'ok', text }, { done: KINDS });
  });

  router.post('/disable', async (req, res) => {
    await disableFiles(deps, actorOf(res));
    await goBack(deps, req, res, 'Roster files are off. What was imported stays as it is.');
  });

  router.post('/uploads', async (req, res) => {
    const received = takeFiles(res);
    const other = otherFormat(req);
    if (other) {
      await received?.remove();
      return show(deps, req, res, refusal(req, 'format', sayOther(other)));
    }
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

/** The kind of files that is selected on the page, if it is not the one that is on. */
function otherFormat(req: Request): FileFormat | undefined {
  const parsed = parseForm(formatSchema, req.body);
  const { was } = (req.body ?? {}) as Record<string, unknown>;
  return parsed.ok && typeof was === 'string' && parsed.value.format !== was
    ? parsed.value.format
    : undefined;
}

const sayOn = (format: FileFormat): string =>
  `Roster files are on: ${FORMATS[format].label}. Upload the files now.`;

function sayOther(format: FileFormat): string {
  return `You selected ${FORMATS[format].label}, which isn’t saved yet. Change the kind of files first, or select the one that is on. Then choose the files again.`;
}

/** Returns to the page. If another kind is selected or files are chosen, the page is shown at once, as a redirect would lose them. */
async function goBack(deps: Deps, req: Request, res: Response, text: string, saved = false): Promise<void> {
  const other = saved ? undefined : otherFormat(req);
  const left = other ? ` ${FORMATS[other].label} is still selected below and isn’t saved yet.` : '';
  await endStep(req, res, {
    flash: { kind: 'ok', text: `${text}${left}` },
    next: HOME,
    showAgain:
      other || choseFiles(req)
        ? () => show(deps, req, res, { values: other ? { format: other } : {}, errors: {} })
        : undefined,
  });
}

/** Whether files were chosen. Only the upload's own button sends them; other buttons send their names. */
function choseFiles(req: Request): boolean {
  const { files } = (req.body ?? {}) as Record<string, unknown>;
  return [files].flat().some((name) => typeof name === 'string' && name !== '');
}

const NO_FILES = 'Select the files, or one zip with all of them.';

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
    notSent: choseFiles(req),
    form,
  });
}

function refusal(req: Request, field: string, message: string): Form {
  return { values: typedValues(req.body), errors: { [field]: message } };
}

function sayRefused(switched: Extract<Switched, { ok: false }>): string {
  if (switched.reason === 'refresh running')
    return 'An import or sync is running. Wait until it’s done, or stop it, and begin again.';
  if (switched.reason === 'not ready') return `Clever can’t be enabled yet. ${switched.reasons.join(' ')}`;
  return CHANGED;
}

function askToBegin(
  req: Request,
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
      ...(cleverOn ? { lead: 'Clever and roster files can’t both be on.' } : {}),
      effects: [
        ...(cleverOn ? ['Clever is turned off, and its nightly sync ends.'] : []),
        `The record IDs of ${number(people)} ${people === 1 ? 'person' : 'people'} are cleared. The first import matches them again by their numbers and email addresses.`,
        `${number(sections)} ${sections === 1 ? 'section' : 'sections'} and the terms of the old source are archived.`,
      ],
      notes: [
        'Nobody is deleted. Classes, slots, and appointments stay as they are.',
        ...(choseFiles(req) ? ['The files you chose aren’t uploaded. Choose them again afterwards.'] : []),
      ],
      action: `${HOME}/begin`,
      fields: { format },
      submit: 'Begin',
      danger: true,
      cancel: HOME,
    },
  });
}
