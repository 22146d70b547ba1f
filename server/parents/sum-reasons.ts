import type { Refusal } from '../models/refusal.js';
import type { Slot } from '../models/slot.js';
import { OF_WISH } from './refuse-booking.js';

/** Why none of a teacher's times can be booked. */
export type NoneCode = 'over' | 'full' | 'busy' | 'call' | Refusal;

interface Refused {
  slot: Pick<Slot, 'state'>;
  /** The rule that refuses it. A time of the family itself may have none. */
  refusal?: Refusal | undefined;
  /** Whether the family has it itself. */
  isMine?: boolean;
}

/** Rules that concern the whole wish: they refuse every time that nothing else refuses. */
const OF_ALL: Refusal[] = ['no class', ...OF_WISH];

/**
 * The one reason for times that are all refused, and the time that shows it where the reason concerns the wish. The family's own times say
 * nothing about the others, except that a limit is reached; and not even that if one of them is changed.
 */
export function sumReasons<T extends Refused>(times: T[], isChange = false): { code: NoneCode; time?: T } {
  const others = times.filter(({ isMine }) => !isMine);
  const ofAll = (isChange ? others : times).find(({ refusal }) => refusal && OF_ALL.includes(refusal));
  if (ofAll?.refusal) return { code: ofAll.refusal, time: ofAll };
  const codes = new Set(others.map(({ refusal }) => refusal));
  if (others.length === 0) return { code: 'over' };
  // Only the family's own meeting is in the way of some time.
  if (codes.has('household busy')) return { code: 'busy' };
  if (codes.has('interpreter busy')) return { code: 'interpreter busy' };
  if (codes.has('taken') || codes.has('teacher busy') || codes.has('day limit')) return { code: 'full' };
  if (others.some(({ slot }) => slot.state === 'call the school')) return { code: 'call' };
  return { code: codes.has('too late') ? 'too late' : 'not offered' };
}
