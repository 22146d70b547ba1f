import type { Types } from 'mongoose';
import { Contact } from '../../models/contact.js';
import { School } from '../../models/school.js';
import { Section } from '../../models/section.js';
import type { KnownIds } from '../sources/files/roster-files.js';

/** Tells which record ids the account has from uploads before; people are looked for in whatever list they are named. */
export function findKnownIds(account: Types.ObjectId): KnownIds {
  return async (list, ids) => {
    if (list === 'schools') {
      const schools = await School.find({ account, 'file.id': { $in: ids } }, { file: 1 }).lean();
      return new Set(schools.flatMap(({ file }) => file?.id ?? []));
    }
    const filter = { account, 'record.id': { $in: ids } };
    const found =
      list === 'sections'
        ? await Section.find(filter, { record: 1 }).lean()
        : await Contact.find(filter, { record: 1 }).lean();
    return new Set(found.flatMap(({ record }) => record?.id ?? []));
  };
}
