import type { Types } from 'mongoose';
import { Contact, type RosterPerson } from '../../models/contact.js';
import type { FurtherRecord } from '../../models/scoped.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';
import { identityOf, isSomebodyElse, type Identified } from './compare-identity.js';

type PersonRecord = RosterRecord<RosterPerson>;

/** A record under a further id of a contact who is listed under their own id as well. */
export interface FurtherClaim {
  record: PersonRecord;
  _id: Types.ObjectId;
}

/** Whether a record under an id of a contact is about somebody else: neither the contact nor the person the id stood for. */
export function isAnother(contact: Contact, id: string, told: Identified): boolean {
  const further = contact.record?.further?.find((one) => one.id === id);
  if (further && !isSomebodyElse(further.who as unknown as Identified, told)) return false;
  return isSomebodyElse(contact, told);
}

/**
 * Of records under further ids, finds those that are about somebody else now. What the others say is stored, to judge the next ones by. If
 * a merge stored nothing, the first record is believed.
 */
export async function judgeFurther(
  run: Pick<ActiveRun, 'preview'>,
  claims: readonly FurtherClaim[],
): Promise<{ record: PersonRecord; contact: Contact }[]> {
  if (claims.length === 0) return [];
  const found = await Contact.find({ _id: { $in: claims.map(({ _id }) => _id) } }).lean();
  const contacts = new Map(found.map((contact) => [contact._id.toHexString(), contact]));
  const others: { record: PersonRecord; contact: Contact }[] = [];
  const learned: { record: PersonRecord; contact: Types.ObjectId }[] = [];
  for (const { record, _id } of claims) {
    const contact = contacts.get(_id.toHexString());
    const known = contact?.record?.further?.find(({ id }) => id === record.id);
    if (!contact || known?.hash === record.hash) continue;
    if (known && isAnother(contact, record.id, record.fields)) others.push({ record, contact });
    else learned.push({ record, contact: _id });
  }
  if (!run.preview) await learnFurther(learned);
  return others;
}

/** Stores whom further records stand for. */
export async function learnFurther(
  learned: readonly { contact: Types.ObjectId; record: PersonRecord }[],
): Promise<void> {
  if (learned.length === 0) return;
  await Contact.bulkWrite(
    learned.flatMap(({ contact, record: { id, hash, fields } }) => {
      const filter = { _id: contact, 'record.also': id };
      const entry: FurtherRecord = { id, hash, who: identityOf(fields) };
      return [
        { updateOne: { filter, update: { $pull: { 'record.further': { id } } } } },
        { updateOne: { filter, update: { $push: { 'record.further': entry } } } },
      ];
    }),
  );
}

/** What is stored of a contact's own record once it becomes a further one of somebody. */
export function furtherOf({ record, ...person }: Identified & Pick<Contact, 'record'>): FurtherRecord[] {
  return record
    ? [...(record.further ?? []), { id: record.id, hash: record.hash, who: identityOf(person) }]
    : [];
}

/** The changed fields of a contact when a further id takes the main one's place and the main one becomes a further one. */
export function swapFurther(contact: Contact, id: string): Record<string, unknown> {
  const { id: main = '', also = [] } = contact.record ?? {};
  return {
    'record.also': also.map((other) => (other === id ? main : other)),
    'record.further': furtherOf(contact).filter((one) => one.id !== id),
  };
}
