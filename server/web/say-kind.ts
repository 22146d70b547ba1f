import type { Appointment } from '../models/appointment.js';
import type { MeetingKind, Slot, SlotKind } from '../models/slot.js';

/** What a slot's kind of meeting is called. */
export const KIND_WORDS: Record<SlotKind, string> = {
  'in person': 'In person',
  video: 'Video',
  either: 'In person or video',
};

/** How an appointment takes place: as its slot says now, or as the family chose if the slot leaves it open. */
export function kindOf(
  slot: Pick<Slot, 'kind'> | undefined,
  appointment: Pick<Appointment, 'kind'>,
): MeetingKind {
  const chosen = appointment.kind ?? 'in person';
  return !slot || slot.kind === 'either' ? chosen : slot.kind;
}

/** Where a video meeting is; '' until somebody sets it. */
export function linkOf(
  slot: Pick<Slot, 'link'> | undefined,
  resource: { link?: string } | undefined,
): string {
  return slot?.link || resource?.link || '';
}
