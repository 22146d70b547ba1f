import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import type { Identifier } from '../../models/field-mapping.js';
import { asRead } from '../../models/as-read.js';
import { Contact, contactName, type ContactType } from '../../models/contact.js';
import { personKeys } from '../../models/person-keys.js';
import { Resource } from '../../models/resource.js';
import { School } from '../../models/school.js';
import { searchKey } from '../../models/search-key.js';
import { numberKey } from '../../models/security-value.js';
import { isDeleting } from '../../runs/engine/find-at-work.js';
import { findTaken } from './find-taken.js';
import type { Actor } from '../../web/actor.js';
import { fieldsOf, ownedFields, type FormField } from './policy.js';
import type { PersonForm } from './schema.js';

export type Saved =
  | { ok: true; id: Types.ObjectId }
  | { ok: false; reason: 'being deleted' | 'no such school' | 'no name' }
  /** Another active person of the type has it; `by` is their name. */
  | { ok: false; reason: 'number taken' | 'email taken'; by: string };

type By = Pick<Actor, 'account' | 'user'>;

/** Adds a person by hand. A later sync matches them by number or email. */
export async function addContact(
  { now }: Pick<Deps, 'now'>,
  { account, user }: By,
  type: ContactType,
  form: PersonForm,
): Promise<Saved> {
  const fault = await findFault(account, type, form);
  if (fault) return fault;
  const { communityId, barcode, securityValue, ...facts } = onlyOf(type, form);
  const made = await Contact.create({
    account,
    type,
    source: 'hand',
    status: 'active',
    ...facts,
    identifiers: { communityId, barcode },
    securityValue: securityValue || undefined,
    ...personKeys({ ...facts, type }),
  });
  await recordAudit({
    account,
    user,
    action: 'add contact',
    targets: [made._id],
    detail: { type },
    at: now(),
  });
  return { ok: true, id: made._id };
}

/**
 * Saves what a person wrote about a contact, if the contact is as it was read. Fields of the roster's source are written too: the contact's
 * record then counts as changed and the next sync reads everything, so that it overwrites them, as the page says.
 */
export async function editContact(
  { now }: Pick<Deps, 'now'>,
  { account, user }: By,
  before: Contact,
  form: PersonForm,
): Promise<Saved | { ok: false; reason: 'changed meanwhile' }> {
  const { _id, type } = before;
  const fault = await findFault(account, type, form, _id);
  if (fault) return fault;
  const shown = formOf(before);
  const changed = fieldsOf(type).filter((field) => textOf(shown[field]) !== textOf(form[field]));
  if (changed.length === 0) return { ok: true, id: _id };
  const of = await Account.findById(account, { mapping: 1, files: 1, clever: 1 }).orFail().lean();
  const owned = ownedFields(before, of);
  const isOwned = changed.some((field) => owned.includes(field));
  if (isOwned) await Account.updateOne({ _id: account }, { $unset: { 'clever.cursor': 1 } });
  // Only the roster says which school is the main one, so the order of schools that stay is kept.
  const schools = changed.includes('schools') ? form.schools : before.schools;
  const stored = { ...storedOf(type, form), schools };
  const next: Contact = Object.assign({}, before, stored);
  const unset = form.securityValue === '' ? { $unset: { securityValue: 1 as const } } : {};
  const saved = await Contact.updateOne(
    { _id, account, merging: { $exists: false }, ...asRead(readOf(before)) },
    {
      $set: {
        ...Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined)),
        ...personKeys(next),
        ...(isOwned ? { 'record.hash': '' } : {}),
      },
      ...unset,
    },
  );
  if (saved.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  await renameResources(before, next);
  await recordAudit({
    account,
    user,
    action: 'edit contact',
    targets: [_id],
    detail: { fields: changed },
    at: now(),
  });
  return { ok: true, id: _id };
}

/** A contact as the form shows it. */
export function formOf(contact: Contact): PersonForm {
  const { identifiers, securityValue = '', schools } = contact;
  // Older documents lack some fields.
  const held: Partial<Contact> = contact;
  return {
    ...EMPTY,
    ...Object.fromEntries(plainFields(contact.type).map((field) => [field, held[field] ?? ''])),
    communityId: identifiers?.communityId ?? '',
    barcode: identifiers?.barcode ?? '',
    securityValue,
    schools,
  };
}

const EMPTY: PersonForm = {
  firstName: '',
  middleName: '',
  lastName: '',
  email: '',
  phone: '',
  schoolId: '',
  birthDate: '',
  grade: '',
  title: '',
  schools: [],
  communityId: '',
  barcode: '',
  securityValue: '',
  address: '',
  city: '',
  state: '',
  postalCode: '',
};

const APART = ['communityId', 'barcode', 'securityValue', 'schools'] as const;
type PlainField = Exclude<FormField, (typeof APART)[number]>;

/** The type's fields that are texts stored under their own names. */
function plainFields(type: ContactType): PlainField[] {
  const apart: readonly FormField[] = APART;
  return fieldsOf(type).filter((field): field is PlainField => !apart.includes(field));
}

/** The form without the fields that the type lacks. */
function onlyOf(type: ContactType, form: PersonForm): PersonForm {
  const fields = fieldsOf(type);
  const held = Object.entries(form).filter(([field]) => fields.includes(field as FormField));
  return { ...EMPTY, ...Object.fromEntries(held) };
}

/** The form as it is stored; fields that the type lacks are left alone. */
function storedOf(type: ContactType, form: PersonForm) {
  const identifiers = fieldsOf(type).filter(
    (field): field is Identifier => field === 'communityId' || field === 'barcode',
  );
  const stored = Object.fromEntries([
    ...plainFields(type).map((field) => [field, form[field]]),
    ...identifiers.map((name) => [`identifiers.${name}`, form[name]]),
  ]) as Pick<Contact, 'firstName' | 'lastName' | 'email' | 'schoolId' | 'birthDate'>;
  return {
    ...stored,
    schools: form.schools,
    securityValue: type === 'student' && form.securityValue !== '' ? form.securityValue : undefined,
  };
}

/** The values that the write rests on, by path. */
function readOf(contact: Contact): Record<string, unknown> {
  return {
    ...Object.fromEntries(plainFields(contact.type).map((field) => [field, contact[field]])),
    schools: contact.schools,
    securityValue: contact.securityValue,
    'record.id': contact.record?.id,
    status: contact.status,
  };
}

async function findFault(
  account: Types.ObjectId,
  type: ContactType,
  form: PersonForm,
  self?: Types.ObjectId,
): Promise<Extract<Saved, { ok: false }> | undefined> {
  if (form.firstName === '' && form.lastName === '') return { ok: false, reason: 'no name' };
  const who = { account, type, numberKey: numberKey(form.schoolId), email: form.email };
  const taken = await findTaken(who, self);
  if (taken) return { ok: false, ...taken };
  const schools = await School.countDocuments({ account, _id: { $in: form.schools } });
  if (schools < form.schools.length) return { ok: false, reason: 'no such school' };
  return (await isDeleting(account)) ? { ok: false, reason: 'being deleted' } : undefined;
}

/** Renames a teacher's slots in events, as a sync would. */
async function renameResources(before: Contact, next: Contact): Promise<void> {
  const name = contactName(next);
  if (name === contactName(before)) return;
  const sortKey = searchKey(next.lastName, next.firstName) || searchKey(name);
  await Resource.updateMany(
    { contact: { $eq: before._id, $exists: true } },
    { $set: { name, sortKey, searchKey: searchKey(name) } },
  );
}

function textOf(value: string | readonly Types.ObjectId[]): string {
  return typeof value === 'string' ? value : value.map(String).sort().join();
}
