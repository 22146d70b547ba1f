import type { Types } from 'mongoose';
import type { CleverSchool } from '../../clever/schema.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { School } from '../../models/school.js';
import { searchKey } from '../../models/search-key.js';
import { cleanId, cleanText } from '../records/clean-text.js';
import type { MatchedSchools } from '../records/map-clever-person.js';
import { UploadSpool } from './upload-spool.js';

export interface FileSchools {
  matched: number;
  created: number;
}

/**
 * Gives each school of an upload one of ours: the one matched before, else the only one with its number, else the only one with its name,
 * else a new one. A file that names no school means the account's only school, or the one called like the account.
 */
export async function matchFileSchools(
  account: { _id: Types.ObjectId; name: string },
  upload: Types.ObjectId,
): Promise<FileSchools> {
  const done: FileSchools = { matched: 0, created: 0 };
  for await (const batch of new UploadSpool(account._id, upload).read<CleverSchool>('schools'))
    for (const theirs of batch) await matchOne(account, theirs, done);
  return done;
}

async function matchOne(
  account: { _id: Types.ObjectId; name: string },
  theirs: CleverSchool,
  done: FileSchools,
): Promise<void> {
  const ours = await School.find({ account: account._id }).sort({ sortKey: 1 }).lean();
  const file = { id: cleanId(theirs.id), name: cleanText(theirs.name) || account.name };
  const number = cleanText(theirs.school_number);
  if (file.id === '' || ours.some((school) => school.file?.id === file.id)) {
    done.matched += file.id === '' ? 0 : 1;
    return;
  }
  const free = ours.filter((school) => !school.file);
  const match =
    only(free.filter((school) => number !== '' && school.number === number)) ??
    only(free.filter(({ sortKey }) => sortKey === searchKey(file.name))) ??
    (theirs.name === undefined && ours.length === 1 ? only(free) : undefined);
  try {
    if (match) await School.updateOne({ _id: match._id, account: account._id }, { $set: { file } });
    else
      await School.create({
        account: account._id,
        name: file.name,
        sortKey: searchKey(file.name),
        file,
        ...(number ? { number } : {}),
      });
    done[match ? 'matched' : 'created'] += 1;
  } catch (error) {
    // Somebody else has just matched it.
    if (!isDuplicateKey(error)) throw error;
    done.matched += 1;
  }
}

function only(schools: School[]): School | undefined {
  return schools.length === 1 ? schools[0] : undefined;
}

/** Our schools by the ids that roster files give them. */
export async function fileSchools(account: Types.ObjectId): Promise<MatchedSchools> {
  const schools = await School.find({ account, 'file.id': { $exists: true } }, { file: 1 }).lean();
  return new Map(schools.flatMap(({ _id, file }) => (file ? [[file.id, _id] as const] : [])));
}
