import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Deps } from '../../deps.js';
import { ACCESS_LEVELS } from '../../models/user.js';
import { actorOf } from '../../web/actor.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { addressOf, pagerOf, sliceOf } from '../../web/paging.js';
import { parseQuery, type Form } from '../../web/parse.js';
import { eventChoices, filterLogins, staffLogins, teacherChoices } from '../queries.js';
import { loginsQuery, teacherQuery, type LoginsQuery } from '../schema.js';
import { levelInWords, levelMay } from '../show-level.js';

const LOGINS = '/global-setup/logins';
const PAGE_SIZE = 50;

/** The list of staff accounts with the form of an invitation. The list's filters come from the address or from the form. */
export async function showLogins(deps: Deps, req: Request, res: Response, form: Form): Promise<void> {
  const actor = actorOf(res);
  const asked = parseQuery(teacherQuery, { ...req.query, ...form.values });
  const filter = filterOf(req);
  const [all, events, teachers] = await Promise.all([
    staffLogins(actor.account, deps.now()),
    eventChoices(actor.account),
    teacherChoices(actor.account, asked),
  ]);
  const searched = filterLogins(all, { q: filter.q, state: '' });
  const found = filterLogins(all, filter);
  const waiting = filterLogins(searched, { q: '', state: 'invited' }).length;
  const { skip } = sliceOf(found.length, filter.page, PAGE_SIZE);
  const levels = ACCESS_LEVELS.filter((level) => level !== 'customer').map((value) => ({
    value,
    label: levelInWords(value),
    may: levelMay(value),
  }));
  res.render('accounts/logins', {
    title: 'Staff accounts',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'logins',
    logins: found.slice(skip, skip + PAGE_SIZE),
    total: found.length,
    ofState: {
      '': searched.length,
      active: filterLogins(searched, { q: '', state: 'active' }).length,
      invited: waiting,
    },
    filter,
    href: (change: Partial<LoginsQuery>) => addressOf(LOGINS, { ...filter, page: undefined, ...change }),
    pager: pagerOf(found.length, filter.page, PAGE_SIZE, ['person', 'people'], (page) =>
      addressOf(LOGINS, { ...filter, page }),
    ),
    unanswered: filterLogins(all, { q: '', state: 'invited' }).length,
    once: randomBytes(12).toString('base64url'),
    bulkLevels: levels.filter(({ value }) => value !== 'administrator'),
    events,
    teachers,
    teacher: asked.teacher,
    levels,
    eventLevels: levels.filter(({ value }) => value !== 'administrator'),
    levelInWords,
    levelField,
    self: actor.user.toHexString(),
    form,
  });
}

/** The whole account has no key in the form, because it is the usual case. */
export const levelField = (id: string, key: string): string => `level-${id}${key === 'all' ? '' : `-${key}`}`;

function filterOf(req: Request): LoginsQuery {
  return parseQuery(loginsQuery, { ...req.query, ...((req.body ?? {}) as object) });
}

/** The list's filters when its form was sent. */
export function listAddress(req: Request): string {
  const { page, ...filter } = filterOf(req);
  return addressOf(LOGINS, { ...filter, page: page > 1 ? page : undefined });
}
