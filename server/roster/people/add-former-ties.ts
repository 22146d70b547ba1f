import type { RosterPerson } from '../../models/contact.js';
import { RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';

/**
 * Adds to guardians' records, for matching alone, the ids that their students had before this run. If a source replaces all its ids,
 * students come first and have their new ids, while the stored guardians still name the old ones.
 */
export async function addFormerTies(
  run: Pick<ActiveRun, 'id'>,
  records: readonly RosterRecord<RosterPerson>[],
): Promise<RosterRecord<RosterPerson>[]> {
  const ids = records.flatMap(({ fields: { type, relations } }) =>
    type === 'guardian' ? relations.map(({ student }) => student) : [],
  );
  if (ids.length === 0) return [...records];
  // The run's own notes, which a preview has too and which survive a lost worker.
  const renewed = await RosterChange.find(
    { run: run.id, kind: 'student', sourceId: { $in: [...new Set(ids)] }, 'fields.path': 'record.id' },
    { sourceId: 1, fields: 1 },
  ).lean();
  const former = new Map(
    renewed.map(({ sourceId, fields }) => [
      sourceId,
      fields.find(({ path }) => path === 'record.id')?.before,
    ]),
  );
  return records.map((record) => ({ ...record, fields: withFormer(record.fields, former) }));
}

function withFormer(person: RosterPerson, former: ReadonlyMap<string, unknown>): RosterPerson {
  const more = person.relations.flatMap((relation) => {
    const student = former.get(relation.student);
    return typeof student === 'string' ? [{ ...relation, student }] : [];
  });
  return { ...person, relations: [...person.relations, ...more] };
}
