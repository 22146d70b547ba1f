import type { WhyNot } from './start-rehearsal.js';

/** Why the opening cannot be rehearsed, and when it can. */
const WHY_NOT: Record<WhyNot, string> = {
  open: 'Booking is open, so there’s nothing left to rehearse. Its overview shows what families book.',
  over: 'The last day of this event is over.',
  booking:
    'Families are booking on this server right now. Rehearse when nobody has booked for 10 minutes, so that nobody has to wait.',
  sync: 'A roster sync is waiting or running. Rehearse when it’s done.',
  'opens soon':
    'An event on this server opens soon, and the rehearsal might still be running then. Rehearse after that, or make it shorter.',
  another: 'Another rehearsal is running. This server does one at a time. Try again in a few minutes.',
};

/** Says why the opening cannot be rehearsed. */
export function sayWhyNot(reason: WhyNot): string {
  return WHY_NOT[reason];
}
