import type { Types } from 'mongoose';
import { User, type AccessLevel } from '../../../server/models/user.js';
import { makeUser } from '../app.js';
import { makeDistrict, makePlace, type Place } from './place.js';

// Of one event two teachers; of one account two events; and another account.
export const [MINE, MATES, OTHERS, FAR] = ['Qmine', 'Qmate', 'Qother', 'Qfar'] as const;
/** What belongs to an account and none of its events. */
export const DISTRICT = 'Qdistrict';

/** Somebody at a browser, and the marks that they may read. */
export interface Reader {
  who: string;
  user?: User;
  sees: string[];
  /** Events whose names they may read besides. */
  knows?: string[];
  /** Runs the event of `mine`. */
  runs: boolean;
  /** Of what they may see, they may settle problems. */
  settles: boolean;
}

/** An account with an event of two places and somebody of every level, in an empty database. */
export async function openPlace(): Promise<{ account: Types.ObjectId; place: Place; readers: Reader[] }> {
  const account = await makeDistrict(DISTRICT);
  const place = await makePlace(account, MINE);
  const mates = await makePlace(account, MATES, { event: place.event, at: '17:30' });
  return { account, place, readers: await makeReaders(place, mates) };
}

/** Somebody of every level, in the event of `mine` and in its whole account. */
export async function makeReaders(mine: Place, mates: Place): Promise<Reader[]> {
  const { event, teacher } = mine;
  const staff = async (level: AccessLevel, inEvent: boolean): Promise<User> => {
    const user = await makeUser(event.account, level, inEvent ? { event: event._id } : {});
    if (level === 'resource administrator')
      await User.updateOne({ _id: user._id }, { $set: { 'grants.0.contact': teacher._id } });
    return User.findById(user._id).orFail().lean();
  };
  const ofEvent = [MINE, MATES];
  const ofAccount = [...ofEvent, OTHERS, DISTRICT];
  const made: Reader[] = [
    { who: 'nobody', sees: [], runs: false, settles: false },
    {
      who: 'a parent without children',
      user: await makeUser(event.account, 'customer'),
      sees: [],
      runs: false,
      settles: false,
    },
    { who: 'a parent', user: mine.adult, sees: [MINE], runs: false, settles: false },
    { who: "another child's parent", user: mates.adult, sees: [MATES], runs: false, settles: false },
  ];
  const levels: [AccessLevel, Pick<Reader, 'runs' | 'settles'>][] = [
    ['appointment viewer', { runs: false, settles: false }],
    ['appointment maker', { runs: false, settles: true }],
    ['resource administrator', { runs: false, settles: true }],
    ['event administrator', { runs: true, settles: true }],
    ['administrator', { runs: true, settles: true }],
  ];
  for (const [level, may] of levels) {
    const own = level === 'resource administrator';
    if (level !== 'administrator')
      made.push({
        who: `${level} of the event`,
        user: await staff(level, true),
        // Terms are chosen when an event is imported.
        sees: own ? [MINE] : level === 'event administrator' ? [...ofEvent, DISTRICT] : ofEvent,
        ...may,
      });
    made.push({
      who: `${level} of the account`,
      user: await staff(level, false),
      sees: own ? [MINE] : ofAccount,
      knows: [OTHERS],
      ...may,
    });
  }
  return made;
}
