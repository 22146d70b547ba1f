import type { Types } from 'mongoose';
import type { Class } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { ask, type FoundOf } from '../models/find-together.js';
import type { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import type { Slot } from '../models/slot.js';
import { distinctIds } from '../web/lists.js';
import { askAdults, withTeachers, type Login } from '../claims/find-people.js';
import { sittingOf } from '../claims/find-sitting.js';
import { ABOUT, type Fact } from './check-booking.js';
import { classesOf } from './find-classes.js';

/** What decides who may meet whom. `readAbout` has read the same of one time. */
export interface Parties {
  resources: Resource[];
  contacts: Fact[];
  classes: Class[];
  logins: Login[];
}

type WithAbout = Resource & { about: Fact[]; granted: Login[]; named: Login[] };

interface Wish {
  event: Pick<Event, '_id' | 'account'>;
  household: Household;
  wanted: { students: Types.ObjectId[]; resource: Types.ObjectId }[];
}

/** The questions for what decides who may meet whom. */
export function askParties({ event, household, wanted }: Wish) {
  const { account, _id } = event;
  const resources = distinctIds(wanted.map(({ resource }) => resource));
  const students = distinctIds(wanted.flatMap((want) => want.students));
  return {
    resources: ask<Resource, WithAbout>(
      Resource,
      { _id: { $in: resources }, event: _id, account },
      ...aboutOf(event),
    ),
    students: ask<Contact, Fact>(Contact, { _id: { $in: students }, account }, ABOUT),
    classes: classesOf(_id, students),
    adults: askAdults(household),
  };
}

/** The same as found, with what is to be known of those who sit beside the teachers. */
export async function partiesAmong(
  event: Pick<Event, 'account'>,
  found: FoundOf<ReturnType<typeof askParties>> & { slots: Slot[] },
): Promise<Parties> {
  const own = found.resources.map(bare);
  const partners = distinctIds(found.slots.flatMap((slot) => slot.with ?? [])).filter(
    (id) => !own.some(({ _id }) => _id.equals(id)),
  );
  const beside =
    partners.length > 0
      ? await Resource.aggregate<WithAbout>([{ $match: { _id: { $in: partners } } }, ...aboutOf(event)])
      : [];
  const all = [...found.resources, ...beside];
  return {
    resources: [...own, ...beside.map(bare)],
    contacts: [...found.students, ...all.flatMap(({ about }) => about)],
    classes: found.classes.filter(({ synced }) => synced.students.length > 0),
    logins: [...found.adults, ...all.flatMap(({ granted, named }) => [...granted, ...named])],
  };
}

const bare = ({ about: _, granted: _g, named: _n, ...resource }: WithAbout): Resource => resource;

/** The resource's contact, as a field beside it. */
function aboutOf({ account }: Pick<Event, 'account'>) {
  return [
    { $set: { about: ['$contact', '$byHand.staff'] } },
    {
      $lookup: {
        from: Contact.collection.name,
        localField: 'about',
        foreignField: '_id',
        pipeline: [{ $match: { account } }, ABOUT],
        as: 'about',
      },
    },
    ...withTeachers(account, 'about'),
  ];
}

/** In whose diaries it is looked: the family, who sits in the slots, and whoever they are besides. */
export function peopleIn(
  household: Pick<Household, '_id'>,
  { resources, contacts, logins }: Parties,
): Types.ObjectId[] {
  return distinctIds([
    ...[household._id, ...sittingOf(resources, contacts).map(({ _id }) => _id)],
    ...logins.flatMap(({ grants, staff = [], homes = [] }) => [
      ...grants.flatMap(({ contact }) => contact ?? []),
      ...[...staff, ...homes].map(({ _id }) => _id),
    ]),
  ]);
}
