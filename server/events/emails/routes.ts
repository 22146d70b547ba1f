import type { Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { MESSAGE_KINDS } from '../../models/message.js';
import { MACROS } from '../../notifications/messages/macros.js';
import { actorOf } from '../../web/actor.js';
import { seenOf } from '../../web/compare-seen.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { parseForm, typedValues, type Form } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { pathOf, reloadEvent, settingsFrame } from '../show-event.js';
import { saveEmails, settingsOf, type EmailSettings } from './save-emails.js';
import { emailFields, emailsForm, emailsOf, MESSAGE_WORDS } from './schema.js';
import { showSamples } from './show-sample.js';

/** How families reach the office, what emails say, and when reminders are sent, with a preview of each email. */
export function emailPages(router: Router, deps: Deps): void {
  const path = '/:event/settings/emails';
  const guard = eventGuard('event administrator');

  router.get(path, guard, (_req, res) => {
    showEmails(deps, res, { values: emailsOf(eventOf(res)), errors: {} });
  });

  router.post(path, guard, async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(emailsForm, req.body);
    if (!parsed.ok) {
      showEmails(deps, res.status(422), parsed);
      return;
    }
    const settings = settingsOf(parsed.value);
    if (parsed.value.act === 'preview') {
      showEmails(deps, res, { values: typedValues(req.body), errors: {} }, settings);
      return;
    }
    const { form } = await saveSeen(
      { fields: emailFields, body: req.body, shown: emailsOf(event) },
      () => saveEmails(actorOf(res), event, settings, deps.now()),
      async () => emailsOf(await reloadEvent(res)),
    );
    if (form) {
      showEmails(deps, res.status(422), form);
      return;
    }
    say(req, { kind: 'ok', text: 'The office and the emails are saved.' });
    res.redirect(303, `${pathOf(event)}/settings/emails`);
  });
}

/** @param previewed the texts of the previews; by default the saved ones */
function showEmails(deps: Deps, res: Response, form: Form, previewed?: EmailSettings): void {
  const event = eventOf(res);
  const samples = showSamples(event, previewed ?? event, actorOf(res).accountName, deps.config.publicUrl);
  res.render('events/emails', {
    ...settingsFrame(event, 'emails'),
    form,
    seen: seenOf(emailFields, emailsOf(event)),
    macros: Object.entries(MACROS).map(([name, text]) => ({ name: `{${name}}`, text })),
    mails: MESSAGE_KINDS.map((kind) => ({ kind, label: MESSAGE_WORDS[kind], sample: samples[kind] })),
    hasServer: deps.config.smtpUrl !== undefined,
  });
}
