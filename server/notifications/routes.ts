import express, { type Response, type Router } from 'express';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { SETUP_TABS, eventFrame } from '../web/event-tabs.js';
import { eventOf } from '../web/guards.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { parseId, parseQuery } from '../web/parse.js';
import { say } from '../web/session.js';
import { linkText } from './link-text.js';
import { mayReadText, maySend } from './policy.js';
import { findMail, listMails, PAGE_SIZE, type OutboxScope } from './queries.js';
import { outboxQuery, type OutboxQuery } from './schema.js';
import { sendAgain } from './send-again.js';
import { factsOf, rowOf } from './show-mail.js';

/** Which mails a page is about, and where it stands in the navigation. */
interface Place {
  scope: OutboxScope;
  home: string;
  frame: Record<string, unknown>;
}

/** Global Setup → Outbox: every mail of the account. Behind the administrator's guard. */
export function outboxRoutes(deps: Deps): Router {
  return mailRoutes(deps, (res) => ({
    scope: { account: actorOf(res).account },
    home: '/global-setup/outbox',
    frame: { title: 'Outbox', section: 'global-setup', setupTabs: SETUP_TABS, tab: 'outbox' },
  }));
}

/** The Messages tab of an event: its mails. Behind its guard for event administrators. */
export function messageRoutes(deps: Deps): Router {
  return mailRoutes(deps, (res) => {
    const event = eventOf(res);
    const path = `/events/${event._id.toHexString()}`;
    return {
      scope: { account: actorOf(res).account, event: event._id },
      home: `${path}/messages`,
      frame: {
        ...eventFrame(event, 'messages'),
        actions: [
          { label: 'Announce booking', href: `${path}/announce`, icon: 'envelope', primary: true },
          { label: 'Write to a group', href: `${path}/mailings/new` },
          { label: 'Group emails', href: `${path}/mailings`, stays: true },
        ],
      },
    };
  });
}

function mailRoutes(deps: Deps, placeOf: (res: Response) => Place): Router {
  const router = express.Router();

  router.get('/', async (req, res) => {
    const { scope, home, frame } = placeOf(res);
    const query = parseQuery(outboxQuery, req.query);
    const list = await listMails(scope, query);
    const href = (change: Partial<OutboxQuery>): string => hrefOf(home, query, change);
    res.render('notifications/list', {
      ...frame,
      home,
      query,
      href,
      ofState: list.ofState,
      rows: list.rows.map((mail) => rowOf(mail, actorOf(res))),
      pager: pagerOf(list.total, query.page, PAGE_SIZE, ['email', 'emails'], (to) => href({ page: to })),
      hasServer: deps.config.smtpUrl !== undefined,
    });
  });

  router.get('/:mail', async (req, res) => {
    const { scope, home, frame } = placeOf(res);
    const actor = actorOf(res);
    const { level, user } = actor;
    const mail = await findMail(scope, parseId(req.params.mail));
    if (!mail) throw notFound();
    const readable = mayReadText(mail, level);
    // Whoever reads such a mail could log in as somebody else.
    if (readable && mail.secret)
      await recordAudit({ ...scope, user, action: 'read login link', targets: [mail._id], at: deps.now() });
    res.set('Cache-Control', 'no-store').render('notifications/mail', {
      ...frame,
      title: mail.subject,
      home,
      facts: factsOf(mail, actor, deps.now()),
      state: mail.state,
      secret: mail.secret,
      readable,
      paragraphs: readable ? linkText(mail.text, deps.config.publicUrl) : [],
      hasServer: deps.config.smtpUrl !== undefined,
      sending: maySend(mail, deps.config.smtpUrl) ? `${home}/${mail._id.toHexString()}/sending` : '',
    });
  });

  router.post('/:mail/sending', async (req, res) => {
    const { scope, home } = placeOf(res);
    const mail = await findMail(scope, parseId(req.params.mail));
    if (!mail) throw notFound();
    const asked = await sendAgain(deps, scope, mail._id, actorOf(res).user);
    if (asked.ok) say(req, { kind: 'ok', text: 'The email is on its way.' });
    else if (asked.reason === 'on its way')
      say(req, { kind: 'notice', text: 'This email was already sent or is on its way.' });
    else say(req, { kind: 'danger', text: 'No email server is set up, so nothing can be sent.' });
    res.redirect(303, `${home}/${mail._id.toHexString()}`);
  });

  return router;
}

/** The list's address with something changed; another filter begins at its first page. */
function hrefOf(home: string, query: OutboxQuery, change: Partial<OutboxQuery>): string {
  const { q, state, page } = { ...query, page: 1, ...change };
  return addressOf(home, { q, state, page: page === 1 ? undefined : page });
}
