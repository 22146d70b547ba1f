import type { Response, Router } from 'express';
import { levelInWords } from '../../accounts/show-level.js';
import type { Deps } from '../../deps.js';
import { contactName, type Contact } from '../../models/contact.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { parseForm } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { chooseContacts, chosenAgain, listOf } from '../choose-contacts.js';
import { pageOf } from '../show-frame.js';
import { refuseList } from '../show-list.js';
import { levelForm, type LevelForm } from './schema.js';
import { planLevels, setLevels, type LevelPlan } from './set-levels.js';

/** The most people at once; each may get an email. */
const MOST = 500;

/** *Modify access level* for many at once. Part of the contacts' routes, behind the administrator's guard. */
export function addLevelPages(router: Router, deps: Deps): void {
  router.post('/levels', async (req, res) => {
    const parsed = parseForm(levelForm, req.body);
    if (!parsed.ok) return refuseList(res, req.body, parsed.errors);
    const form = parsed.value;
    const chosen = await chooseContacts(res, req.body, form, {
      fits: { type: { $in: ['teacher', 'staff'] }, status: 'active' },
      most: MOST,
      none: 'Select at least one active teacher or staff member.',
      words: ['contact', 'contacts'],
    });
    if (!chosen) return;
    const actor = actorOf(res);
    const plan = await planLevels(actor, chosen, form.level);
    if (!form.sure) {
      ask(res, form, plan);
      return;
    }
    const set = await setLevels(deps, actor, plan, form.level);
    const text = [
      set.changed > 0 ? `${countOf(set.changed, 'access level is', 'access levels are')} changed.` : '',
      set.invited > 0 ? `${countOf(set.invited, 'person is', 'people are')} invited.` : '',
      set.failed.length > 0 ? `Not done: ${set.failed.slice(0, 5).join(', ')}. Look at Staff accounts.` : '',
    ].filter(Boolean);
    say(req, {
      kind: set.failed.length > 0 ? 'notice' : 'ok',
      text: text.join(' ') || 'Nothing had to be changed.',
    });
    res.redirect(303, listOf(form));
  });
}

function ask(res: Response, form: LevelForm, plan: LevelPlan): void {
  const { level } = form;
  const names = (contacts: readonly Contact[]) => contacts.map(contactName);
  const done = [...plan.change.map(({ contact }) => contact), ...plan.invite];
  res.render('contacts/levels', {
    ...pageOf('Modify access level'),
    isNone: level === 'none',
    word: level === 'none' ? 'no access' : levelInWords(level),
    counts: {
      change: plan.change.length,
      invite: plan.invite.length,
      same: plan.same.length,
      noEmail: plan.noEmail.length,
      kept: plan.kept.length,
    },
    names: names(done).slice(0, 5),
    more: Math.max(0, done.length - 5),
    without: names(plan.noEmail).slice(0, 5),
    fields: { level, sure: 'on', ...chosenAgain(form) },
    cancel: listOf(form),
  });
}
