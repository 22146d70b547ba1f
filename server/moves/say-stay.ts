import type { StayCode } from '../models/slot-move.js';

/** Why a slot stays where it is, for the school office. */
export const SAY_STAY: Record<StayCode, string> = {
  overlap: 'The teacher has another slot then.',
  elsewhere: 'The teacher has a slot in another event then.',
  'teacher busy': 'The teacher has another appointment then.',
  'household busy': 'The family has another appointment then, or too close to it.',
  'day limit': 'The teacher would have more appointments that day than the event allows.',
  midnight: 'It would go past midnight.',
  'no such time': 'The clocks skip that time.',
  changed: 'Somebody else moved or removed it.',
  gone: 'Somebody else removed it.',
  longer: 'A longer appointment also needs another slot, which can’t move.',
  'other room': 'The appointment is in another room.',
};
