import { randomBytes } from 'node:crypto';
import express, { type Response, type Router } from 'express';
import { levelInWords, levelMay } from '../accounts/show-level.js';
import type { Deps } from '../deps.js';
import { isOver } from '../runs/show/show-run.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { dayAndTime } from '../web/format-time.js';
import { addressOf, pagerOf, sliceOf } from '../web/paging.js';
import {
  FRESH_FORM,
  parseForm,
  parseId,
  parseQuery,
  statusOf,
  typedValues,
  type Form,
} from '../web/parse.js';
import { sendProgress } from '../web/progress.js';
import { addBulkPages } from './serve-bulk.js';
import { findInvitation, listRoster, nameOutcomes } from './queries.js';
import { BULK_LEVELS, inviteForm, MOST_PEOPLE, rosterQuery, type RosterFilter } from './schema.js';
import { invitationStages, OUTCOME_WORDS, sayInvitation } from './show-invitation.js';
import { startInvitations } from './start-invitations.js';

const LOGINS = '/global-setup/logins';
const PAGE_SIZE = 50;

/** Staff accounts for many: chosen from the roster, invited, changed, removed. Behind the administrator's guard. */
export function staffRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/roster', (req, res) => {
    const { page, ...filter } = parseQuery(rosterQuery, req.query);
    return showRoster(deps, res, filter, page);
  });

  router.post('/invitations', async (req, res) => {
    const actor = actorOf(res);
    const parsed = parseForm(inviteForm, req.body);
    const refuse = (errors: Form['errors']) => {
      const { page, ...filter } = parseQuery(rosterQuery, req.body);
      return showRoster(deps, res, filter, page, { values: typedValues(req.body), errors });
    };
    if (!parsed.ok) return refuse(parsed.errors);
    const { ids, all, level, once, ...filter } = parsed.value;
    const people = all ? (await listRoster(actor.account, filter, deps.now())).rows.map(({ id }) => id) : ids;
    if (people.length === 0) return refuse({ ids: 'Select at least one person.' });
    if (people.length > MOST_PEOPLE) return refuse({ ids: 'Select no more than 2,000 people at a time.' });
    const id = await startInvitations(deps, actor, { kind: 'invite', people, level, once });
    res.redirect(303, `${LOGINS}/invitations/${id.toHexString()}`);
  });

  router.get('/invitations/:invitation', async (req, res) => {
    const actor = actorOf(res);
    const invitation = await findInvitation(actor.account, parseId(req.params.invitation));
    if (!invitation) throw notFound();
    const others = await nameOutcomes(invitation);
    res.render('staff/invitation', {
      ...pageOf('Invitations'),
      invitation,
      over: isOver(invitation),
      says: sayInvitation(invitation, Boolean(deps.config.smtpUrl)),
      level: invitation.level ? levelInWords(invitation.level) : '',
      since: dayAndTime(invitation.createdAt, actor),
      stages: invitationStages(invitation, deps.now()),
      others: others.map(({ name, what }) => ({ name, why: what === 'invited' ? '' : OUTCOME_WORDS[what] })),
    });
  });

  router.get('/invitations/:invitation/progress', async (req, res) => {
    const { account } = actorOf(res);
    const look = async () => {
      const invitation = await findInvitation(account, parseId(req.params.invitation));
      if (!invitation) throw notFound();
      return { data: { stages: invitationStages(invitation, deps.now()) }, done: isOver(invitation) };
    };
    await look();
    await sendProgress(res, look);
  });

  addBulkPages(router, deps);
  return router;
}

function pageOf(title: string) {
  return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'logins' };
}

async function showRoster(
  deps: Deps,
  res: Response,
  filter: RosterFilter,
  page: number,
  form: Form = FRESH_FORM,
): Promise<void> {
  const list = await listRoster(actorOf(res).account, filter, deps.now());
  const { skip } = sliceOf(list.rows.length, page, PAGE_SIZE);
  const href = (change: Partial<RosterFilter & { page: number }>) => {
    const { q, type, school, state, page: to } = { ...filter, page: 1, ...change };
    // A missing parameter means its default, so '' must be in the address.
    const pairs = Object.entries({ q, school, ...(to > 1 ? { page: String(to) } : {}) }).filter(
      ([, value]) => value,
    );
    return `${LOGINS}/roster?${new URLSearchParams([['type', type], ['state', state], ...pairs]).toString()}`;
  };
  res.status(statusOf(form)).render('staff/roster', {
    ...pageOf('Invite from the roster'),
    list: { ...list, rows: list.rows.slice(skip, skip + PAGE_SIZE), total: list.rows.length },
    filter,
    href,
    pager: pagerOf(list.rows.length, page, PAGE_SIZE, ['person', 'people'], (to) => href({ page: to })),
    levels: BULK_LEVELS.map((value) => ({ value, label: levelInWords(value), may: levelMay(value) })),
    once: randomBytes(12).toString('base64url'),
    home: addressOf(LOGINS, {}),
    form,
  });
}
