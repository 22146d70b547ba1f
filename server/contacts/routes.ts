import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { securityValueOf } from '../models/security-value.js';
import { statusOf } from '../notifications/show-mail.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { dayAndTime, longDay } from '../web/format-time.js';
import { parseId, parseQuery } from '../web/parse.js';
import type { EndAppointment } from './deletion/end-appointments.js';
import { addDeletionPages } from './deletion/routes.js';
import { addPersonEnds } from './deletion/serve-person.js';
import { findLogin, listClaims, wrongTries } from './list-claims.js';
import { loadContact } from './load-contact.js';
import { isProtected } from './person/count-person.js';
import { mayDelete } from './person/policy.js';
import { readAppointments, readEventClasses, readHistory, readMails } from './person/read-life.js';
import { addPersonPages } from './person/routes.js';
import { addTiePages } from './ties/routes.js';
import { addCodePages } from './codes/routes.js';
import { addLevelPages } from './levels/routes.js';
import { contactsQuery } from './schema.js';
import { pageOf, TYPE_WORDS } from './show-frame.js';
import { namesOf, showList } from './show-list.js';

/** Global Setup → Contacts: the people of the account. Mounted behind the administrator's guard. */
export function contactRoutes(deps: Deps, end: EndAppointment): Router {
  const router = express.Router();

  router.get('/', async (req, res) => {
    await showList(res, parseQuery(contactsQuery, req.query));
  });

  addDeletionPages(router, deps);
  addPersonPages(router, deps);
  addLevelPages(router, deps);
  addCodePages(router, deps);
  addTiePages(router, deps);
  addPersonEnds(router, deps, end);

  router.get('/:contact', async (req, res) => {
    const actor = actorOf(res);
    const { account } = actor;
    const found = await loadContact(account, parseId(req.params.contact));
    if (!found) throw notFound();
    const { transferredAt, birthDate, type, code, securityValue } = found.contact;
    const isStudent = type === 'student';
    const [claims, tries, login] = await Promise.all([
      isStudent ? listClaims(found.contact) : [],
      isStudent ? wrongTries(found.contact, deps.now()) : null,
      isStudent ? undefined : findLogin(found.contact),
    ]);
    const [meetings, eventClasses, { mails, isUnsubscribed }, history, isKept] = await Promise.all([
      readAppointments(found.contact, login, actor),
      readEventClasses(found.contact),
      readMails(found.contact),
      readHistory(found.contact),
      isProtected(found.contact, actor.user),
    ]);
    res.render('contacts/contact', {
      ...pageOf(found.name),
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
      isUnsubscribed,
      meetings,
      eventClasses,
      mails: mails.map((mail) => ({
        href: `/global-setup/outbox/${mail._id.toHexString()}`,
        subject: mail.subject,
        when: dayAndTime(mail.createdAt, actor),
        state: statusOf(mail),
      })),
      history: history.map((line) => ({ ...line, when: dayAndTime(line.at, actor) })),
      mayDelete: mayDelete(found.contact) && !isKept,
      proof: isStudent ? proofOf({ securityValue, birthDate }) : '',
      printed: code ? dayAndTime(code.at, actor) : '',
      typeWord: TYPE_WORDS[type].one,
      birthDay: birthDate && longDay(birthDate, actor),
      since: transferredAt ? dayAndTime(transferredAt, actor) : '',
    });
  });

  return router;
}

/** The ways in which a parent shows that the student is theirs. */
function proofOf(student: { securityValue?: string | undefined; birthDate: string }): string {
  if (securityValueOf(student.securityValue)) return 'the security value that your school set';
  return securityValueOf(student.birthDate) ? 'the birth date' : '';
}
