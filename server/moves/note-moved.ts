import type { Appointment } from '../models/appointment.js';
import { SlotMove, SlotMoveItem } from '../models/slot-move.js';

type Moved = NonNullable<Appointment['moved']>;

/**
 * What an appointment says of a move that takes it to another time. Where an earlier move has told nobody yet, the family knows the time
 * before that one. What it said until now is kept, for when it goes back.
 * @returns undefined where it goes to the time that the family knows
 */
export async function noteMoved(
  { move, event }: Pick<SlotMoveItem, 'move' | 'event'>,
  { slot, from, to, moved }: Appointment,
  target: { from: Date },
  at: Date,
): Promise<Moved | undefined> {
  const isUntold = moved !== undefined && (await isWaiting(event, move, slot, from));
  const known = isUntold ? moved : { from, to };
  if (+known.from === +target.from) return undefined;
  const before = moved && (isUntold ? moved : { from: moved.from, to: moved.to, at: moved.at });
  return { from: known.from, to: known.to, at, ...(before ? { before } : {}) };
}

/** Whether another move has brought a slot there, and families are told of it later. */
async function isWaiting(
  event: SlotMove['event'],
  move: SlotMove['_id'],
  slot: SlotMoveItem['slot'],
  newFrom: Date,
): Promise<boolean> {
  const waiting = await SlotMove.find({ event, state: 'waiting', _id: { $ne: move } }, { _id: 1 }).lean();
  const ids = waiting.map(({ _id }) => _id);
  return (await SlotMoveItem.exists({ move: { $in: ids }, slot, state: 'done', newFrom })) !== null;
}

/**
 * What an appointment says when it goes back: what it said before. One that was booked after the move has never been there: of that the
 * family is told.
 */
export async function noteBack(
  { move }: Pick<SlotMoveItem, 'move'>,
  { from, to, moved, createdAt }: Appointment,
  at: Date,
): Promise<Moved | undefined> {
  const begun = await SlotMove.findById(move, { createdAt: 1 }).lean();
  if (!begun) return undefined;
  if (createdAt > begun.createdAt) return { from, to, at };
  return moved && moved.at < begun.createdAt ? moved : moved?.before;
}
