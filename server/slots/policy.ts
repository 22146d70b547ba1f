import type { Event } from '../models/event.js';
import type { SlotState } from '../models/slot.js';
import { HttpError } from '../web/errors.js';

/** What a slot's state is called on pages. */
export const STATE_WORDS: Record<SlotState, string> = {
  visible: 'Shown',
  hidden: 'Hidden',
  'call the school': 'Call the school',
  unavailable: 'Unavailable',
};

/** An event that was put away stays as it is. @throws HttpError 409 */
export function refuseArchived(event: Pick<Event, 'status'>): void {
  if (event.status === 'archived')
    throw new HttpError(
      409,
      'This event is archived',
      'Bring it back in its settings, then change its slots.',
    );
}
