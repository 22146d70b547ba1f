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
import { countOf } from '../web/format-count.js';
import { linkText } from './link-text.js';
import { mailTest } from './mail-test.js';
import { mayReadText, maySend } from './policy.js';
import { findMail, listMails, PAGE_SIZE, type OutboxScope } from './queries.js';
import { outboxQuery, type OutboxQuery } from './schema.js';
import { countRetryable, retryMails } from './retry-mails.js';
import { sendAgain } from './send-again.js';
import { listUnsubscribed } from './unsubscribing/list-unsubscribed.js';
import { sayFault } from './show-fault.js';
import { factsOf, rowOf } from './show-mail.js';

/** The mails that a page is about, and its place in the navigation. */
interface Place {
  scope: OutboxScope;
  home: string;
  frame: Record<string, unknown>;
}

/** Global Setup → Outbox: every mail of the account. Behind the administrator's guard. */
export function outboxRoutes(deps: Deps): Router {
  const home = '/global-setup/outbox';
  const frame = { title: 'Outbox', section: 'global-setup', setupTabs: SETUP_TABS, tab: 'outbox' };
  const router = express.Router();

  router.post('/test', async (req, res) => {
    const mail = await mailTest(deps, actorOf(res));
    if (!mail) say(req, NO_SERVER);
    res.redirect(303, mail ? `${home}/${mail.toHexString()}` : home);
  });

  router.get('/unsubscribed', async (req, res) => {
    const query = parseQuery(outboxQuery, req.query);
    const { rows, total } = await listUnsubscribed(actorOf(res), query);
    const path = `${home}/unsubscribed`;
    const hrefOfPage = (page: number) => addressOf(path, { q: query.q, page });
    res.render('notifications/unsubscribed', {
      ...frame,
      title: 'Unsubscribed',
      back: { href: home, label: 'Outbox' },
      ...{ path, rows, q: query.q },
      pager: pagerOf(total, query.page, PAGE_SIZE, ['address', 'addresses'], hrefOfPage),
    });
  });

  router.use(
    mailRoutes(deps, (res) => ({
      scope: { account: actorOf(res).account },
      home,
      frame: { ...frame, actions: outboxActions(deps, actorOf(res).email) },
    })),
  );
  return router;
}

const NO_SERVER = {
  kind: 'danger',
  text: 'No email server is set up, so nothing can be sent.',
} as const;

function outboxActions({ config }: Deps, email: string) {
  const unsubscribed = { label: 'Unsubscribed', href: '/global-setup/outbox/unsubscribed' };
  if (!config.smtpUrl) return [unsubscribed];
  return [
    { label: `Send a test email to ${email}`, action: '/global-setup/outbox/test', icon: 'envelope' },
    unsubscribed,
  ];
}

/** The Messages tab of an event: its mails. Behind the event's guard for event administrators. */
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
      retryable:
        deps.config.smtpUrl && list.ofState.failed > 0 && ['', 'failed'].includes(query.state)
          ? await countRetryable(scope, query.q, deps.now())
          : 0,
      rows: list.rows.map((mail) => rowOf(mail, actorOf(res))),
      pager: pagerOf(list.total, query.page, PAGE_SIZE, ['email', 'emails'], (to) => href({ page: to })),
      hasServer: deps.config.smtpUrl !== undefined,
    });
  });

  router.post('/retries', async (req, res) => {
    const { scope, home } = placeOf(res);
    const query = parseQuery(outboxQuery, req.body);
    const count = await retryMails(deps, scope, query.q, actorOf(res).user);
    if (count === undefined) say(req, NO_SERVER);
    else if (count === 0)
      say(req, {
        kind: 'notice',
        text: 'There are no failed emails of the last 3 days that can be sent again.',
      });
    else say(req, { kind: 'ok', text: `${countOf(count, 'email is', 'emails are')} being sent again.` });
    res.redirect(303, hrefOf(home, query, {}));
  });

  router.get('/:mail', async (req, res) => {
    const { scope, home, frame } = placeOf(res);
    const actor = actorOf(res);
    const { level, user } = actor;
    const mail = await findMail(scope, parseId(req.params.mail));
    if (!mail) throw notFound();
    const readable = mayReadText(mail, level);
    // Somebody who reads such a mail could log in as somebody else.
    if (readable && mail.secret)
      await recordAudit({ ...scope, user, action: 'read login link', targets: [mail._id], at: deps.now() });
    res.set('Cache-Control', 'no-store').render('notifications/mail', {
      ...frame,
      title: mail.subject,
      home,
      facts: factsOf(mail, actor, deps.now()),
      state: mail.state,
      id: mail._id.toHexString(),
      secret: mail.secret,
      readable,
      paragraphs: readable ? linkText(mail.text, deps.config.publicUrl) : [],
      hasServer: deps.config.smtpUrl !== undefined,
      sending: maySend(mail, deps.config.smtpUrl, deps.now())
        ? `${home}/${mail._id.toHexString()}/sending`
        : '',
    });
  });

  router.post('/:mail/sending', async (req, res) => {
    const { scope, home } = placeOf(res);
    const mail = await findMail(scope, parseId(req.params.mail));
    if (!mail) throw notFound();
    const asked = await sendAgain(deps, scope, mail._id, actorOf(res).user);
    if (asked.ok) say(req, { kind: 'ok', text: 'The email is on its way.' });
    else if (mail.fault?.code === 'unsubscribed') say(req, { kind: 'notice', text: sayFault(mail.fault) });
    else if (asked.reason === 'on its way')
      say(req, { kind: 'notice', text: 'This email was already sent or is on its way.' });
    else say(req, NO_SERVER);
    res.redirect(303, `${home}/${mail._id.toHexString()}`);
  });

  return router;
}

/** The list's address with a change; another filter starts at the first page. */
function hrefOf(home: string, query: OutboxQuery, change: Partial<OutboxQuery>): string {
  const { q, state, page } = { ...query, page: 1, ...change };
  return addressOf(home, { q, state, page: page === 1 ? undefined : page });
}
