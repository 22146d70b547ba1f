import { hash } from 'node:crypto';
import type { Request, Response, Router } from 'express';
import { showLogins } from '../accounts/global-setup/show-logins.js';
import { changeLevel } from '../accounts/invite-staff.js';
import { mayChangeAccess } from '../accounts/policy.js';
import { chooseLogins, type LoginRow } from '../accounts/queries.js';
import { levelInWords } from '../accounts/show-level.js';
import { reachOf } from '../accounts/show-reach.js';
import type { Deps } from '../deps.js';
import { Types } from 'mongoose';
import { actorOf } from '../web/actor.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { countOf } from '../web/format-count.js';
import { parseForm, typedValues } from '../web/parse.js';
import { refuseHere, say } from '../web/session.js';
import { bulkForm, type BulkForm } from './schema.js';
import { startInvitations } from './start-invitations.js';

const LOGINS = '/global-setup/logins';
/** The most accounts at once; each takes several writes. */
const MOST_AT_ONCE = 500;

/** Actions on selected staff accounts, or on all that the list's filters find. */
export function addBulkPages(router: Router, deps: Deps): void {
  router.post('/bulk', async (req, res) => {
    const actor = actorOf(res);
    const parsed = parseForm(bulkForm, req.body);
    const refuse = (text: string) => refuseList(deps, req, res, text);
    if (!parsed.ok) return refuse(Object.values(parsed.errors).join(' '));
    const form = parsed.value;
    const everybody = { ...form, all: true, q: '', state: 'invited' as const };
    const chosen = await chooseLogins(actor.account, form.act === 'again all' ? everybody : form, deps.now());
    if (chosen.length === 0) return refuse('Select at least one staff account.');
    if (form.act === 'again' || form.act === 'again all') return inviteAgain(deps, req, res, form, chosen);
    // Nobody changes their own access.
    const others = chosen.filter(({ id }) => mayChangeAccess(actor, id));
    if (others.length === 0) return refuse('You can’t change your own access. Another administrator can.');
    if (others.length > MOST_AT_ONCE) return refuse('Select no more than 500 staff accounts at a time.');
    const touched = others.filter(({ access }) => access.some((one) => isChanged(form, one)));
    if (touched.length === 0)
      return refuse(
        `Nobody you selected changes: they are ${levelInWords(form.toLevel)} already, or have access to single events only. Change that beside each event.`,
      );
    if (!form.sure || form.seen !== printOfLogins(touched)) {
      ask(res, form, touched, chosen.length - others.length);
      return;
    }
    const changed = await changeEach(deps, res, form, touched);
    const text =
      form.act === 'remove'
        ? `${countOf(changed, 'person has', 'people have')} no access to your school now.`
        : `${countOf(changed, 'staff account is', 'staff accounts are')} ${levelInWords(form.toLevel)} now.`;
    say(req, { kind: 'ok', text });
    res.redirect(303, LOGINS);
  });
}

async function inviteAgain(
  deps: Deps,
  req: Request,
  res: Response,
  { once }: BulkForm,
  chosen: LoginRow[],
): Promise<void> {
  const waiting = chosen.filter(({ access, invited }) => invited || access.some(({ offered }) => offered));
  if (waiting.length === 0)
    return refuseList(
      deps,
      req,
      res,
      'Everybody you selected has answered. There is no invitation to send again.',
    );
  const people = waiting.map(({ id }) => new Types.ObjectId(id));
  const id = await startInvitations(deps, actorOf(res), { kind: 'again', people, once });
  res.redirect(303, `${LOGINS}/invitations/${id.toHexString()}`);
}

/** One text for the state of staff accounts, which shows whether anybody changed one of them, or the list, since the page asked. */
function printOfLogins(logins: LoginRow[]): string {
  const lines = logins.map(({ id, access }) => [id, access.map(({ key, level }) => [key, level])]);
  return hash('sha256', JSON.stringify(lines), 'base64url');
}

/** Changes the level in grants for the whole account only, as others are changed one by one. Removing access removes all. */
function isChanged({ act, toLevel }: BulkForm, { key, level }: LoginRow['access'][number]): boolean {
  const reach = reachOf(key);
  return reach !== undefined && (act !== 'level' || (!reach.event && level !== toLevel));
}

async function changeEach(deps: Deps, res: Response, form: BulkForm, logins: LoginRow[]): Promise<number> {
  const actor = actorOf(res);
  let done = 0;
  for (const { id, access } of logins) {
    let isDone = false;
    for (const one of access) {
      const reach = reachOf(one.key);
      if (!reach || !isChanged(form, one)) continue;
      const to = form.act === 'remove' ? 'none' : form.toLevel;
      isDone = (await changeLevel(deps, actor, new Types.ObjectId(id), reach, { level: to })) || isDone;
    }
    if (isDone) done += 1;
  }
  return done;
}

function ask(res: Response, form: BulkForm, logins: LoginRow[], own: number): void {
  const { act, toLevel, q, state, all, ids, once } = form;
  const administrators = logins.filter(({ access }) => access.some((one) => one.level === 'administrator'));
  res.render('staff/bulk', {
    title: act === 'remove' ? 'Take access away?' : 'Change access level?',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'logins',
    act,
    word: levelInWords(toLevel),
    count: logins.length,
    administrators: administrators.length,
    own,
    late: form.sure,
    names: logins.slice(0, 5).map(({ name }) => name),
    more: Math.max(0, logins.length - 5),
    fields: {
      act,
      toLevel,
      q,
      state,
      once,
      sure: 'on',
      seen: printOfLogins(logins),
      ...(all ? { all: 'on' } : { ids: ids.map(String) }),
    },
  });
}

/** Shows the list again with what was selected. */
function refuseList(deps: Deps, req: Request, res: Response, text: string): Promise<void> {
  const form = { values: typedValues(req.body), errors: {} };
  refuseHere(res, { ...form, errors: { ids: text } });
  return showLogins(deps, req, res, form);
}
