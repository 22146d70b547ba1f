import type { Response, Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account, sourceOf } from '../../models/account.js';
import { identifierNamesOf } from '../../models/field-mapping.js';
import { CONTACT_TYPES, contactName, type Contact, type ContactType } from '../../models/contact.js';
import { School } from '../../models/school.js';
import { actorOf } from '../../web/actor.js';
import { seenOf } from '../../web/compare-seen.js';
import { FRESH_FORM, parseForm, parseQuery, statusOf, typedValues, type Form } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { contactOf } from '../find-contact.js';
import { HOME, pageOf, TYPE_WORDS } from '../show-frame.js';
import { fieldsOf, ownedFields } from './policy.js';
import { addContact, editContact, formOf, type Saved } from './save-contact.js';
import { labelsOf, MOST_SCHOOLS, personSchema, typeQuery, type PersonForm } from './schema.js';

/** Adding a contact by hand, and editing one. Part of the contacts' routes, behind the administrator's guard. */
export function addPersonPages(router: Router, deps: Deps): void {
  router.get('/new', async (req, res) => {
    const { type } = parseQuery(typeQuery, req.query);
    await showNew(res, type);
  });

  router.post('/new', async (req, res) => {
    const { type } = parseQuery(typeQuery, req.body);
    const parsed = parseForm(personSchema, req.body);
    if (!type || !parsed.ok) {
      await showNew(
        res,
        type,
        type && !parsed.ok ? parsed : { values: typedValues(req.body), errors: { _form: NO_TYPE } },
      );
      return;
    }
    const saved = await addContact(deps, actorOf(res), type, parsed.value);
    if (!saved.ok) {
      await showNew(res, type, { values: typedValues(req.body), errors: sayFault(saved) });
      return;
    }
    say(req, { kind: 'ok', text: `${contactName(parsed.value)} is added.` });
    res.redirect(303, `${HOME}/${saved.id.toHexString()}`);
  });

  router.get('/:contact/edit', async (req, res) => {
    await showEdit(res, await contactOf(req, res));
  });

  router.post('/:contact/edit', async (req, res) => {
    const contact = await contactOf(req, res);
    const labels = await labelsFor(contact.account);
    const parsed = parseForm(personSchema, req.body);
    if (!parsed.ok) {
      await showEdit(res, contact, parsed);
      return;
    }
    const { form, saved } = await saveSeen(
      { fields: labels, body: withSchools(req.body), shown: shownOf(contact) },
      () => editContact(deps, actorOf(res), contact, parsed.value),
      async () => shownOf(await contactOf(req, res)),
    );
    if (form) {
      await showEdit(res, await contactOf(req, res), form);
      return;
    }
    if (!saved.ok) {
      await showEdit(res, contact, { values: typedValues(req.body), errors: sayFault(saved) });
      return;
    }
    say(req, { kind: 'ok', text: `${contactName(parsed.value)} is saved.` });
    res.redirect(303, `${HOME}/${contact._id.toHexString()}`);
  });
}

const NO_TYPE = 'Select the type of contact first.';

/** A contact as the form shows it, for `seen`: schools as texts. */
function shownOf(contact: Contact): Record<string, unknown> {
  const form = formOf(contact);
  return { ...form, schools: form.schools.map(String) };
}

/** Fills in `schools`: a browser sends nothing where no box is selected, and a text where one is. */
function withSchools(body: unknown): Record<string, unknown> {
  const sent = (body ?? {}) as Record<string, unknown>;
  return { ...sent, schools: [sent.schools ?? []].flat() };
}

function sayFault(fault: Extract<Saved, { ok: false }>): Record<string, string> {
  switch (fault.reason) {
    case 'no name':
      return { lastName: 'Enter a first or a last name.' };
    case 'number taken':
      return { schoolId: `${fault.by} has this Student ID. Check it, or edit ${fault.by} first.` };
    case 'email taken':
      return { email: `${fault.by} has this email address. Check it, or edit ${fault.by} first.` };
    case 'no such school':
      return { schools: 'One of these schools is no longer there. Select again.' };
    case 'being deleted':
      return {
        _form:
          'Contacts are being deleted right now, and nothing is saved. Try again when that has finished.',
      };
  }
}

async function labelsFor(account: Types.ObjectId) {
  const found = await Account.findById(account, { identifierNames: 1 }).orFail().lean();
  return labelsOf(identifierNamesOf(found));
}

async function schoolsOf(account: Types.ObjectId): Promise<{ value: string; label: string }[]> {
  const schools = await School.find({ account }, { name: 1 }).sort({ sortKey: 1 }).limit(MOST_SCHOOLS).lean();
  return schools.map(({ _id, name }) => ({ value: _id.toHexString(), label: name }));
}

async function showNew(res: Response, type: ContactType | '', form: Form = FRESH_FORM): Promise<void> {
  const { account } = actorOf(res);
  res.status(statusOf(form)).render('contacts/form', {
    ...pageOf('Add a contact'),
    back: { href: HOME, label: 'Contacts' },
    action: `${HOME}/new`,
    type,
    types: CONTACT_TYPES,
    words: TYPE_WORDS,
    fields: type ? fieldsOf(type) : [],
    owned: [],
    source: '',
    labels: await labelsFor(account),
    schools: await schoolsOf(account),
    shown: {},
    seen: undefined,
    form,
  });
}

async function showEdit(res: Response, contact: Contact, form: Form = FRESH_FORM): Promise<void> {
  const of = await Account.findById(contact.account, { mapping: 1, files: 1, clever: 1, identifierNames: 1 })
    .orFail()
    .lean();
  const labels = labelsOf(identifierNamesOf(of));
  const home = `${HOME}/${contact._id.toHexString()}`;
  const shown = shownOf(contact) as unknown as PersonForm;
  res.status(statusOf(form)).render('contacts/form', {
    ...pageOf(`Edit ${contactName(contact)}`),
    back: { href: home, label: contactName(contact) },
    action: `${home}/edit`,
    type: contact.type,
    types: CONTACT_TYPES,
    words: TYPE_WORDS,
    fields: fieldsOf(contact.type),
    owned: ownedFields(contact, of),
    source: sourceOf(of) === 'clever' ? 'Clever' : 'your roster files',
    labels,
    schools: await schoolsOf(contact.account),
    shown,
    seen: seenOf(labels, { ...shown }),
    form,
  });
}
