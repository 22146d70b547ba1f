import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { contentHash } from '../models/content-hash.js';
import type { Mailing, MailingGroup } from '../models/mailing.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventOf } from '../web/guards.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, typedValues, type Form } from '../web/parse.js';
import { andList } from '../web/format-count.js';
import { otherLanguages } from '../web/other-languages.js';
import { sendProgress } from '../web/progress.js';
import { say } from '../web/session.js';
import { nameLanguage } from '../web/name-languages.js';
import type { Language } from '../web/words.js';
import { languagesLeft } from './find-left.js';
import { cancelMailing } from './cancel-mailing.js';
import { Audience } from './collect-audience.js';
import { findAudience } from './find-audience.js';
import { countDelivery, findAnnouncements, findMailing } from './queries.js';
import { sayGroup } from './say-group.js';
import {
  draftQuery,
  fieldsIn,
  findFaults,
  groupOf,
  groupQuery,
  mailingForm,
  pageSchema,
  type MailingForm,
} from './schema.js';
import { markOf, showForm, type Draft } from './show-form.js';
import { pathOf } from './show-frame.js';
import { showList } from './show-list.js';
import { isWorking, showMailing, stagesOf } from './show-mailing.js';
import { startMailing, type MailingStarted } from './start-mailing.js';

const GUARDIANS: MailingGroup = { kind: 'guardians' };

/** Announces to all guardians of an event that booking is open, or when it opens. Behind the event's guard for event administrators. */
export function announceRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/', async (_req, res) => {
    await showDraft(deps, res, { group: GUARDIANS, isAnnouncement: true });
  });

  router.post('/', async (req, res) => {
    await takeForm(deps, req, res, true);
  });
  return router;
}

/** Writing to a group of an event's people, and the results. Behind the event's guard for event administrators. */
export function mailingRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/', async (req, res) => {
    await showList(res, parseQuery(pageSchema, req.query).page, deps.now());
  });

  router.get('/new', async (req, res) => {
    const asked = parseQuery(groupQuery(eventOf(res)), req.query);
    const chosen = groupOf(asked);
    const group = 'group' in chosen ? chosen.group : GUARDIANS;
    await showDraft(deps, res, { group, asked });
  });

  router.post('/', async (req, res) => {
    await takeForm(deps, req, res, false);
  });

  router.get('/:mailing', async (req, res) => {
    await showMailing(deps, res, await mailingOf(res, req.params.mailing));
  });

  router.get('/:mailing/progress', async (req, res) => {
    const { _id } = await mailingOf(res, req.params.mailing);
    const event = eventOf(res);
    await sendProgress(res, async () => {
      const mailing = await findMailing(event, _id);
      const stages = mailing ? stagesOf(mailing, await countDelivery(_id)) : [];
      return { data: { stages }, done: !mailing || !isWorking(mailing, deps.now()) };
    });
  });

  router.post('/:mailing/cancellation', async (req, res) => {
    const mailing = await mailingOf(res, req.params.mailing);
    const canceled = await cancelMailing(actorOf(res), mailing, deps.now());
    if (canceled) say(req, { kind: 'ok', text: 'The email is canceled. Nobody gets it.' });
    else say(req, { kind: 'notice', text: 'It’s too late to cancel this, or it was canceled already.' });
    res.redirect(303, pathOf(eventOf(res), mailing._id));
  });
  return router;
}

/** Shows the mail again, or sends it. */
async function takeForm(deps: Deps, req: Request, res: Response, isAnnouncement: boolean): Promise<void> {
  const event = eventOf(res);
  const others = otherLanguages(res);
  const parsed = parseForm(mailingForm(event, others), req.body);
  if (!parsed.ok) {
    const asked = parseForm(groupQuery(event), req.body);
    const chosen = isAnnouncement ? { group: GUARDIANS } : asked.ok ? groupOf(asked.value) : asked;
    await showDraft(deps, res.status(422), {
      ...('group' in chosen ? { group: chosen.group } : {}),
      ...{ isAnnouncement, ...(asked.ok ? { asked: asked.value } : {}) },
      ...parseQuery(draftQuery, req.body),
      form: { values: typedText(req.body, others), errors: parsed.errors },
    });
    return;
  }
  const form = parsed.value;
  const chosen = isAnnouncement ? { group: GUARDIANS } : groupOf(form);
  const group = 'group' in chosen ? chosen.group : undefined;
  const { sendAt, errors } = findFaults({ ...form, group: (group ?? GUARDIANS).kind }, event, deps.now());
  const faults = 'errors' in chosen ? { ...chosen.errors, ...errors } : errors;
  const { as, key, opened } = form;
  const page = { ...(group ? { group } : {}), isAnnouncement, asked: form, as, key, opened };
  if (form.act === 'preview') {
    // The first request has no text; a missing text is reported when the mailing is sent.
    const own = form.subject === undefined && form.text === undefined ? {} : typedText(req.body, others);
    const wrong = Object.fromEntries(
      Object.entries(faults).filter(([field]) => isOfGroup(field) || isTyped(form, field)),
    );
    const status = Object.keys(wrong).length > 0 ? 422 : 200;
    await showDraft(deps, res.status(status), { ...page, form: { values: own, errors: wrong } });
    return;
  }
  const values = typedText(req.body, others);
  if (group && form.shown !== markOf(group))
    faults._form = 'You selected another group. Check who gets the email below, then send it.';
  if (!group || Object.keys(faults).length > 0) {
    await showDraft(deps, res.status(422), { ...page, form: { values, errors: faults } });
    return;
  }
  const left = andList(languagesLeft(form, others).map(nameLanguage), event);
  const told = contentHash([form.subject, form.text]);
  if (left && form.told !== told) {
    const errors = {
      _form: `You changed the text, but not in ${left}. Check the email in ${left} below, then send it.`,
    };
    await showDraft(deps, res.status(422), { ...page, told, form: { values, errors } });
    return;
  }
  const numbers = (await findAudience(event, group)).numbers();
  const started = await startMailing(deps, actorOf(res), event, {
    _id: form.key,
    kind: isAnnouncement ? 'announcement' : 'message',
    ...(isAnnouncement ? { nth: form.nth } : {}),
    ...{ group, subject: form.subject ?? '', text: form.text ?? '', sendAt, numbers },
    ...(Object.keys(form.translations).length > 0 ? { translations: form.translations } : {}),
  });
  if (started.ok) res.redirect(303, pathOf(event, started.mailing));
  else {
    const { key: _used, ...again } = page;
    await showDraft(deps, res.status(422), {
      ...again,
      form: { values, errors: { _form: REFUSED[started.reason] } },
    });
  }
}

const isOfGroup = (field: string): boolean => ['group', 'teacher', 'day'].includes(field);

/** A preview reports unknown macros, but not texts that are still missing. */
function isTyped(form: MailingForm, field: string): boolean {
  return Boolean((form as unknown as Record<string, unknown>)[field]);
}

const REFUSED: Record<Extract<MailingStarted, { ok: false }>['reason'], string> = {
  'no mail server': 'No email server is set up, so nothing can be sent. Nobody is told.',
  nobody: 'Nobody in this group has an email address to write to. Nothing is sent.',
  'announced meanwhile':
    'Somebody else announced this event a moment ago. Look below when and to how many people. Send again only if they should get it twice.',
  used: 'This form was used already. Check it and send again.',
};

function typedText(body: unknown, others: readonly Language[]): Record<string, unknown> {
  const typed = typedValues(body);
  const names = others.flatMap((language) => Object.values(fieldsIn(language)));
  const sent = (body ?? {}) as Record<string, unknown>;
  const kept = ['subject', 'text', 'when', 'sendAt', ...names].map((name) => {
    const whole = sent[name];
    return [name, name.startsWith('text') && typeof whole === 'string' ? whole : typed[name]];
  });
  return Object.fromEntries(kept) as Record<string, unknown>;
}

interface Page {
  /** Absent if the form names no group: its page sends to nobody. */
  group?: MailingGroup;
  isAnnouncement?: boolean;
  asked?: Draft['asked'];
  form?: Form;
  as?: string;
  key?: Mailing['_id'];
  told?: string;
  opened?: string;
}

async function showDraft(
  deps: Deps,
  res: Response,
  { group, isAnnouncement = false, asked = {}, form = FRESH_FORM, as = '', key, told, opened }: Page,
): Promise<void> {
  const event = eventOf(res);
  const name = group ? await sayGroup(event, group) : 'No group is selected yet';
  if (name === undefined) throw notFound();
  const [audience, announced] = await Promise.all([
    group ? findAudience(event, group, as !== '') : new Audience([], new Set()),
    isAnnouncement ? findAnnouncements(event) : undefined,
  ]);
  await showForm(deps, res, {
    ...{ group: group ?? GUARDIANS, name, audience, asked, form, as, isKnown: group !== undefined },
    ...(announced ? { announced } : {}),
    ...(key ? { key } : {}),
    ...(told ? { told } : {}),
    ...(opened ? { opened } : {}),
  });
}

async function mailingOf(res: Response, id: unknown): Promise<Mailing> {
  const mailing = await findMailing(eventOf(res), parseId(id));
  if (!mailing) throw notFound();
  return mailing;
}
