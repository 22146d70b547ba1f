import type { Model, Types } from 'mongoose';
import { Contact } from '../models/contact.js';
import { Course } from '../models/course.js';
import { School } from '../models/school.js';
import { Section } from '../models/section.js';
import { Term } from '../models/term.js';
import type { ListName } from '../sources/records/lists.js';
import type { IdKind } from '../roster-files/records/record-id.js';
import type { KnownIds, KnownRoster, StoredRecord } from '../roster-files/records/roster-files.js';

const BATCH = 1000;

/** What the account has from earlier uploads. */
export function findKnown(account: Types.ObjectId): KnownRoster {
  return {
    ids: findKnownIds(account),
    records: (list, kind) => storedRecords(account, list, kind),
    async guardians(students) {
      const filter = { account, type: 'guardian' as const, 'relations.student': { $in: students } };
      const fields = { record: 1, firstName: 1, lastName: 1, relations: 1 } as const;
      const asked = new Set(students);
      return (await Contact.find(filter, fields).lean()).flatMap(
        ({ record, firstName, lastName, relations }) =>
          relations
            .filter(({ student }) => record && asked.has(student))
            .map(({ student }) => ({
              id: record?.id ?? '',
              student,
              name: `${firstName} ${lastName}`.trim(),
            })),
      );
    },
  };
}

/** Looks up which record ids the account has; people are looked up in all lists. */
function findKnownIds(account: Types.ObjectId): KnownIds {
  return async (list, ids) => {
    if (list === 'schools') {
      const schools = await School.find({ account, 'file.id': { $in: ids } }, { file: 1 }).lean();
      return new Set(schools.flatMap(({ file }) => file?.id ?? []));
    }
    const found = await modelOf(list)
      .find({ account, 'record.id': { $in: ids } }, { record: 1 })
      .lean();
    return new Set(found.flatMap(({ record }) => record?.id ?? []));
  };
}

/** All records of a kind, by the prefix of their ids; people with the facts that identify them. */
async function* storedRecords(
  account: Types.ObjectId,
  list: ListName,
  kind: IdKind,
): AsyncGenerator<StoredRecord[], void, undefined> {
  if (list === 'schools') {
    const schools = await School.find({ account, 'file.id': { $exists: true } }, { file: 1 }).lean();
    yield schools.map(({ file }) => ({ id: file?.id ?? '', isActive: true }));
    return;
  }
  const filter = { account, 'record.id': { $gte: `${kind}:`, $lt: `${kind};` } };
  const isMirror = list in MIRROR;
  const person = isMirror ? {} : ({ firstName: 1, lastName: 1, schoolId: 1 } as const);
  const cursor = modelOf(list)
    .find(filter, { record: 1, status: 1, ...person })
    .lean()
    .cursor({ batchSize: BATCH });
  let batch: StoredRecord[] = [];
  for await (const { record, status, ...person } of cursor) {
    const { firstName: first, lastName: last, schoolId: number } = person;
    batch.push({
      id: record?.id ?? '',
      isActive: status === 'active',
      ...(isMirror ? {} : { first, last, number }),
    });
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

interface StoredDocument {
  record?: { id: string };
  status: string;
  firstName?: string;
  lastName?: string;
  schoolId?: string;
}

const MIRROR: Partial<Record<ListName, unknown>> = { sections: Section, terms: Term, courses: Course };

/** Where a list's records are stored; all people are in one collection. */
function modelOf(list: ListName): Model<StoredDocument> {
  return (MIRROR[list] ?? Contact) as Model<StoredDocument>;
}
