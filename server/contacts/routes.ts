import express, { type Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account, IDENTIFIERS, identifierNamesOf, MAPPED_TYPES, mappingOf } from '../models/account.js';
import { CONTACT_TYPES, type ContactType } from '../models/contact.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { countOf, orList } from '../web/format-count.js';
import { dayAndTime, longDay } from '../web/format-time.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { parseId, parseQuery } from '../web/parse.js';
import { findLogin, listClaims, wrongTries } from './list-claims.js';
import { loadContact } from './load-contact.js';
import { listContacts, PAGE_SIZE } from './queries.js';
import { contactsQuery, type ContactsQuery } from './schema.js';

const HOME = '/global-setup/contacts';

const TYPE_WORDS: Record<ContactType, { one: string; many: string }> = {
  student: { one: 'Student', many: 'Students' },
  teacher: { one: 'Teacher', many: 'Teachers' },
  staff: { one: 'Staff', many: 'Staff' },
  guardian: { one: 'Guardian', many: 'Guardians' },
};

/** Global Setup → Contacts: the people of the account. Mounted behind the administrator's guard. */
export function contactRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', async (req, res) => {
    const query = parseQuery(contactsQuery, req.query);
    const { account } = actorOf(res);
    const list = await listContacts(account, query);
    const names = await namesOf(account);
    const href = (change: Partial<ContactsQuery>): string => hrefOf(query, change);
    res.render('contacts/list', {
      ...page('Contacts'),
      query,
      list,
      href,
      names: names.called,
      searched: orList(['name', 'email', 'Student ID', ...names.mapped], actorOf(res)),
      types: CONTACT_TYPES,
      words: TYPE_WORDS,
      pager: pagerOf(list.total, query.page, PAGE_SIZE, ['person', 'people'], (to) => href({ page: to })),
    });
  });

  router.get('/:contact', async (req, res) => {
    const actor = actorOf(res);
    const { account } = actor;
    const found = await loadContact(account, parseId(req.params.contact));
    if (!found) throw notFound();
    const { transferredAt, birthDate, type } = found.contact;
    const isStudent = type === 'student';
    const [claims, tries, login] = await Promise.all([
      isStudent ? listClaims(found.contact) : [],
      isStudent ? wrongTries(found.contact, deps.now()) : null,
      isStudent ? undefined : findLogin(found.contact),
    ]);
    res.render('contacts/contact', {
      ...page(found.name),
      ...found,
      names: (await namesOf(account)).called,
      claims: claims.map((claim) => ({
        ...claim,
        since: dayAndTime(claim.since, actor),
        removed: claim.removedAt ? dayAndTime(claim.removedAt, actor) : '',
      })),
      tries: tries && {
        wrong: countOf(tries.wrong, 'wrong try', 'wrong tries'),
        first: dayAndTime(tries.firstAt, actor),
        last: dayAndTime(tries.lastAt, actor),
      },
      login,
      typeWord: TYPE_WORDS[type].one,
      birthDay: birthDate && longDay(birthDate, actor),
      since: transferredAt ? dayAndTime(transferredAt, actor) : '',
    });
  });

  return router;
}

/** What the account calls its identifiers, and those of them that it has mapped. */
async function namesOf(account: Types.ObjectId) {
  const found = await Account.findById(account, { identifierNames: 1, mapping: 1 }).orFail().lean();
  const called = identifierNamesOf(found);
  const mapping = mappingOf(found);
  const mapped = IDENTIFIERS.filter((name) => MAPPED_TYPES.some((type) => mapping[type][name] !== ''));
  return { called, mapped: mapped.map((name) => called[name]) };
}

/** The list's address with something changed; another filter or order begins at its first page. */
function hrefOf(query: ContactsQuery, change: Partial<ContactsQuery>): string {
  const { q, type, status, sort, page } = { ...query, page: 1, ...change };
  return addressOf(HOME, {
    q,
    type,
    status,
    sort: sort === 'name' ? undefined : sort,
    page: page === 1 ? undefined : page,
  });
}

function page(title: string) {
  return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'contacts', home: HOME };
}
