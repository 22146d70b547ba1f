import type { WhyLeft } from './plan-change.js';

/** Why a slot stays as it is, for the school office. */
export const SAY_LEFT: Record<WhyLeft, string> = {
  booked: 'It’s booked. Move or cancel the appointment first.',
  held: 'A parent is booking it right now. Try again in a few minutes.',
  'no room': 'There’s no room for this length before the next slot.',
  seats: 'More families than that have already booked it.',
  changed: 'Somebody else changed it at this moment.',
};
