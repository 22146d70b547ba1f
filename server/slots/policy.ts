import type { SlotState } from '../models/slot.js';

/** What a slot's state is called on pages. */
export const STATE_WORDS: Record<SlotState, string> = {
  visible: 'Shown',
  hidden: 'Hidden',
  'call the school': 'Call the school',
  unavailable: 'Unavailable',
};
