import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { holdsWords, inKey, searchKey, searchWords } from '../models/search-key.js';
import { User } from '../models/user.js';
import { inSight, type Sight } from '../web/sight.js';
import { STATE_FILTERS } from './schema.js';

/** The people in an event whose names match: teachers, and students and families with an appointment. */
export interface Called {
  resources: Types.ObjectId[];
  students: Types.ObjectId[];
  households: Types.ObjectId[];
}

interface Found {
  _id: Types.ObjectId;
  kind: 'student' | 'household';
  /** The ids of adults. */
  names?: string[];
}

/**
 * Searches names only among people who have an appointment in the event, by their ids. The district's other people, who may be many, are
 * not read. Two queries.
 */
export async function findCalled(
  event: Pick<Event, '_id' | 'account'> & { sight: Sight },
  q: string,
): Promise<Called> {
  const inEvent = { account: event.account, event: event._id };
  const words = searchWords(q).map(inKey);
  const [teachers, found] = await Promise.all([
    Resource.find({ ...inEvent, ...holdsWords('searchKey', q) }, { _id: 1 }).lean(),
    Appointment.aggregate<Found>([
      { $match: { ...inEvent, ...inSight(event.sight), state: { $in: STATE_FILTERS.all } } },
      ...studentsCalled(event.account, q),
      {
        $unionWith: {
          coll: Appointment.collection.name,
          pipeline: [
            { $match: { ...inEvent, ...inSight(event.sight), state: { $in: STATE_FILTERS.all } } },
            ...familiesOf(event.account),
          ],
        },
      },
    ]),
  ]);
  // Logins have no stored search key.
  const isCalled = ({ names = [] }: Found) =>
    names.some((name) => words.every((word) => word.test(searchKey(name))));
  const students = found.filter(({ kind }) => kind === 'student');
  return {
    resources: teachers.map(({ _id }) => _id),
    students: students.map(({ _id }) => _id),
    households: found.filter((one) => one.kind === 'household' && isCalled(one)).map(({ _id }) => _id),
  };
}

function studentsCalled(account: Types.ObjectId, q: string) {
  return [
    { $unwind: '$students' },
    { $group: { _id: '$students' } },
    {
      $lookup: {
        from: Contact.collection.name,
        localField: '_id',
        foreignField: '_id',
        pipeline: [{ $match: { account, ...holdsWords('searchKey', q) } }, { $project: { _id: 1 } }],
        as: 'called',
      },
    },
    { $match: { 'called.0': { $exists: true } } },
    { $project: { kind: { $literal: 'student' } } },
  ];
}

function familiesOf(account: Types.ObjectId) {
  return [
    { $group: { _id: '$household' } },
    {
      $lookup: {
        from: Household.collection.name,
        localField: '_id',
        foreignField: '_id',
        pipeline: [{ $match: { account } }, { $project: { adults: 1, keptFor: 1 } }],
        as: 'household',
      },
    },
    {
      $lookup: {
        from: User.collection.name,
        localField: 'household.adults',
        foreignField: '_id',
        pipeline: [{ $project: { name: 1 } }],
        as: 'adults',
      },
    },
    {
      $lookup: {
        from: Contact.collection.name,
        localField: 'household.keptFor',
        foreignField: '_id',
        pipeline: [
          { $match: { account } },
          { $project: { name: { $concat: ['$firstName', ' ', '$lastName'] } } },
        ],
        as: 'kept',
      },
    },
    {
      $project: {
        kind: { $literal: 'household' },
        names: { $concatArrays: ['$adults.name', '$kept.name'] },
      },
    },
  ];
}
