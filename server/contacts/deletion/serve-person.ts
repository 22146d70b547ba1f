import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { contentHash } from '../../models/content-hash.js';
import { contactName, type Contact } from '../../models/contact.js';
import { ContactDeletion } from '../../models/contact-deletion.js';
import { actorOf } from '../../web/actor.js';
import { HttpError } from '../../web/errors.js';
import { countOf } from '../../web/format-count.js';
import { FRESH_FORM, parseForm, statusOf, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { contactOf } from '../find-contact.js';
import { countPerson, isProtected, type PersonTies } from '../person/count-person.js';
import { mayDelete } from '../person/policy.js';
import { restoreContact, type Restored } from '../person/restore-contact.js';
import { HOME, pageOf } from '../show-frame.js';
import { deleteContacts } from './delete-contacts.js';
import type { EndAppointment } from './end-appointments.js';
import { personDeletionSchema } from './schema.js';
import { REFUSED_WORDS } from './show-deletion.js';
import { startDeletion } from './start-deletion.js';

/** Deleting and restoring one person. Part of the contacts' routes, behind the administrator's guard. */
export function addPersonEnds(router: Router, deps: Deps, end: EndAppointment): void {
  router.get('/:contact/deletion', async (req, res) => {
    await askDeletion(deps, res, await goingOf(req, res));
  });

  router.post('/:contact/deletion', async (req, res) => {
    const contact = await goingOf(req, res);
    const { account, user } = actorOf(res);
    const ties = await countPerson(contact, deps.now());
    const parsed = parseForm(personDeletionSchema, req.body);
    if (!parsed.ok || parsed.value.shown !== contentHash(ties)) {
      const errors = {
        _form:
          'What is deleted along with this contact changed while you had this page open, and nothing is deleted yet. Check the list and delete again.',
      };
      await askDeletion(deps, res, contact, { values: {}, errors });
      return;
    }
    const started = await startDeletion(deps, {
      account,
      by: user,
      contact: contact._id,
      appointments: true,
      planned: { ...ties },
    });
    if (!started.ok) {
      await askDeletion(deps, res, contact, { values: {}, errors: { _form: REFUSED_WORDS[started.reason] } });
      return;
    }
    await deleteContacts(deps, started.id.toHexString(), new AbortController().signal, end);
    const ended = await ContactDeletion.findById(started.id, { state: 1 }).lean();
    if (ended?.state === 'done') say(req, { kind: 'ok', text: `${contactName(contact)} is deleted.` });
    else say(req, { kind: 'notice', text: 'The deletion isn’t finished yet. It continues automatically.' });
    res.redirect(303, HOME);
  });

  router.post('/:contact/restoration', async (req, res) => {
    const contact = await contactOf(req, res);
    const restored = await restoreContact(deps, actorOf(res), contact._id);
    say(
      req,
      restored.ok
        ? { kind: 'ok', text: `${contactName(contact)} is active again. Syncs won’t change that.` }
        : { kind: 'notice', text: sayRefused(restored) },
    );
    res.redirect(303, `${HOME}/${contact._id.toHexString()}`);
  });
}

function sayRefused(refused: Extract<Restored, { ok: false }>): string {
  if (refused.reason === 'number taken')
    return `${refused.by} has the same Student ID now. Change one of the two first.`;
  if (refused.reason === 'email taken')
    return `${refused.by} has the same email address now. Change one of the two first.`;
  return refused.reason === 'being deleted'
    ? REFUSED_WORDS['being deleted']
    : 'This contact is active already.';
}

/** Finds somebody who may be deleted. */
async function goingOf(req: Request, res: Response): Promise<Contact> {
  const contact = await contactOf(req, res);
  if (!mayDelete(contact))
    throw new HttpError(
      409,
      'This contact is still in the roster',
      'The next sync would bring it back. Take the person out of Clever or your roster files first. After that sync you can delete them here.',
    );
  if (await isProtected(contact, actorOf(res).user))
    throw new HttpError(
      409,
      'This is an administrator',
      'Change their access level under Staff accounts first. Your own contact can’t be deleted.',
    );
  return contact;
}

async function askDeletion(
  deps: Deps,
  res: Response,
  contact: Contact,
  form: Form = FRESH_FORM,
): Promise<void> {
  const ties = await countPerson(contact, deps.now());
  res.status(statusOf(form)).render('contacts/delete-one', {
    ...pageOf('Delete a contact'),
    name: contactName(contact),
    path: `${HOME}/${contact._id.toHexString()}`,
    effects: effectsOf(ties, deps.config.smtpUrl !== undefined),
    shown: contentHash(ties),
    form,
  });
}

/**
 * What is deleted with somebody, a line each.
 * @param hasMail whether an email server is set up
 */
function effectsOf(
  { appointments, coming, classes, families, slots, logins, interprets, interpreted, kept }: PersonTies,
  hasMail: boolean,
): string[] {
  const ahead =
    coming > 0
      ? ` ${countOf(coming, 'of them is', 'of them are')} upcoming: canceled${hasMail ? ', and the family is told' : '. The family isn’t told: no email server is set up'}.`
      : '';
  return [
    appointments > 0 ? `${countOf(appointments, 'appointment is', 'appointments are')} deleted.${ahead}` : '',
    classes > 0 ? `${countOf(classes, 'class loses', 'classes lose')} this person.` : '',
    slots > 0 ? `${countOf(slots, 'slot is', 'slots are')} deleted.` : '',
    families > 0 ? `${countOf(families, 'adult loses', 'adults lose')} this child from their list.` : '',
    logins > 0
      ? `${countOf(logins, 'staff account loses', 'staff accounts lose')} the access given to this person.`
      : '',
    kept > 0
      ? `${countOf(kept, 'upcoming appointment that your school booked for this person stays', 'upcoming appointments that your school booked for this person stay')} booked, and nobody is told about ${kept === 1 ? 'it' : 'them'} anymore. If nobody will come, cancel ${kept === 1 ? 'it' : 'them'} first under Appointments.`
      : '',
    interprets > 0
      ? `${countOf(interprets, 'event loses', 'events lose')} this person as an interpreter.${sayInterpreted(interpreted, hasMail)}`
      : '',
    'The name, email, numbers, and links to family are deleted.',
  ].filter(Boolean);
}

function sayInterpreted(count: number, hasMail: boolean): string {
  if (count === 0) return '';
  const told = hasMail ? 'The families are told' : 'The families aren’t told: no email server is set up';
  return ` ${countOf(count, 'upcoming appointment gets', 'upcoming appointments get')} another interpreter, or none if nobody is free. ${told}.`;
}
