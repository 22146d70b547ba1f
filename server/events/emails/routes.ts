import type { Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { parseForm, typedValues } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { pathOf, reloadEvent } from '../show-event.js';
import { saveEmails, settingsOf } from './save-emails.js';
import { emailFields, emailsForm, emailsOf } from './schema.js';
import { translationPages } from './serve-translation.js';
import { showEmails } from './show-emails.js';

/** How families reach the office, what emails say, and when reminders are sent, with a preview of each email. */
export function emailPages(router: Router, deps: Deps): void {
  const path = '/:event/settings/emails';
  const guard = eventGuard('event administrator');
  translationPages(router, deps);

  router.get(path, guard, (_req, res) => {
    showEmails(deps, res, { form: { values: emailsOf(eventOf(res)), errors: {} } });
  });

  router.post(path, guard, async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(emailsForm, req.body);
    if (!parsed.ok) {
      showEmails(deps, res.status(422), { form: parsed });
      return;
    }
    const settings = settingsOf(parsed.value, event);
    if (parsed.value.act === 'preview') {
      showEmails(deps, res, {
        form: { values: typedValues(req.body), errors: {} },
        previewed: settings,
      });
      return;
    }
    const { form } = await saveSeen(
      { fields: emailFields, body: req.body, shown: emailsOf(event) },
      () => saveEmails(actorOf(res), event, settings, deps.now()),
      async () => emailsOf(await reloadEvent(res)),
    );
    if (form) {
      showEmails(deps, res.status(422), { form });
      return;
    }
    say(req, { kind: 'ok', text: 'The office and the emails are saved.' });
    res.redirect(303, `${pathOf(event)}/settings/emails`);
  });
}
