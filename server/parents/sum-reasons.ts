import type { Refusal } from '../models/refusal.js';
import type { Slot } from '../models/slot.js';
import { OF_WISH } from './refuse-booking.js';

/** Why none of a teacher's times can be booked. */
export type NoneCode = 'over' | 'full' | 'busy' | 'call' | Refusal;

interface Refused {
  slot: Pick<Slot, 'state'>;
  /** The rule that refuses it; of the family's own time perhaps none. */
  refusal?: Refusal | undefined;
  /** The family has it itself. */
  isMine?: boolean;
}

/** Rules of the whole wish: each time that nothing else refuses is refused for them. */
const OF_ALL: Refusal[] = ['no class', ...OF_WISH];

/**
 * The one reason for times that are all refused, and the time that it is known from where it is the wish's. Times that the family has itself
 * tell nothing of the others, but for the limit that they have reached; where one of them is to be changed, not even that.
 */
export function sumReasons<T extends Refused>(times: T[], isChange = false): { code: NoneCode; time?: T } {
  const others = times.filter(({ isMine }) => !isMine);
  const ofAll = (isChange ? others : times).find(({ refusal }) => refusal && OF_ALL.includes(refusal));
  if (ofAll?.refusal) return { code: ofAll.refusal, time: ofAll };
  const codes = new Set(others.map(({ refusal }) => refusal));
  if (others.length === 0) return { code: 'over' };
  // There is a time that only their own meeting is in the way of.
  if (codes.has('household busy')) return { code: 'busy' };
  if (codes.has('interpreter busy')) return { code: 'interpreter busy' };
  if (codes.has('taken') || codes.has('teacher busy') || codes.has('day limit')) return { code: 'full' };
  if (others.some(({ slot }) => slot.state === 'call the school')) return { code: 'call' };
  return { code: codes.has('too late') ? 'too late' : 'not offered' };
}
