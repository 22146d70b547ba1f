import { Contact, recordIds, type HandTie } from '../models/contact.js';

/**
 * The ties of two contacts to students as those of the one that remains. A tie that the office took away from either stays away, except that
 * the remaining contact's own ties by hand count for more than what was taken away from the other. May be repeated.
 */
export async function joinTies(
  stays: Contact,
  goes: Contact,
): Promise<Partial<Pick<Contact, 'relations' | 'tied' | 'notTied'>>> {
  const idsOf = await readIds([...(stays.tied ?? []), ...(goes.tied ?? [])]);
  const own = new Set(stays.tied?.flatMap(idsOf));
  const notTied = [
    ...new Set([...(stays.notTied ?? []), ...(goes.notTied ?? []).filter((id) => !own.has(id))]),
  ];
  const known = new Set(stays.relations.map(({ student }) => student));
  const relations = [...stays.relations, ...goes.relations.filter(({ student }) => !known.has(student))];
  const byHand = new Set(stays.tied?.map(({ student }) => student.toHexString()));
  const alsoTied = (goes.tied ?? []).filter(
    (tie) => !byHand.has(tie.student.toHexString()) && !idsOf(tie).some((id) => stays.notTied?.includes(id)),
  );
  return {
    relations: relations.filter(({ student }) => !notTied.includes(student)),
    ...(notTied.length > 0 ? { notTied } : {}),
    ...(alsoTied.length > 0 ? { tied: [...(stays.tied ?? []), ...alsoTied] } : {}),
  };
}

/** The record ids of the students of some ties by hand. */
async function readIds(ties: HandTie[]): Promise<(tie: HandTie) => string[]> {
  const found = await Contact.find(
    { _id: { $in: ties.map(({ student }) => student) } },
    { record: 1 },
  ).lean();
  const ids = new Map(found.map((student) => [student._id.toHexString(), recordIds(student)]));
  return ({ student }) => ids.get(student.toHexString()) ?? [];
}
