import type { Response } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { WORKING_STATES, type SlotMove } from '../models/slot-move.js';
import { slotsPage, slotsPath } from '../slots/show-frame.js';
import { rowsOfLeft } from '../slots/show-left.js';
import { countOf } from '../web/format-count.js';
import { fullDay, timeOfDay } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import type { PlacedEvent } from '../web/place.js';
import { findReturned } from './tell-returned.js';
import { countItems, findStays, type ItemCounts } from './queries.js';
import { SAY_STAY } from './say-stay.js';

export const movePath = (event: PlacedEvent, move: Types.ObjectId): string =>
  `${slotsPath(event)}/moves/${move.toHexString()}`;

/** "12 slots moved from Tuesday, December 8, 2026 to another time". */
export function titleOf({ kind, day, toDay = day, total }: SlotMove, event: PlacedEvent): string {
  const many = countOf(total, 'slot', 'slots');
  if (kind === 'cancel') return `${many} of ${fullDay(day, event)} canceled`;
  return `${many} moved from ${fullDay(day, event)} to ${toDay === day ? 'another time' : fullDay(toDay, event)}`;
}

/** How far a move is, or how it ended. */
export async function showMove(deps: Deps, res: Response, move: SlotMove): Promise<void> {
  const event = eventOf(res);
  const [counts, stays] = await Promise.all([countItems(move._id), findStays(move._id)]);
  const { day, toDay = day, tellAt } = move;
  const isWorking = WORKING_STATES.includes(move.state);
  res.render('moves/move', {
    ...slotsPage(event, 'Move or cancel a day'),
    move,
    path: movePath(event, move._id),
    heading: titleOf(move, event),
    counts,
    stays: await rowsOfLeft(event, stays, SAY_STAY),
    tellAt: tellAt ? timeOfDay(tellAt, event) : '',
    mayUndo: move.state === 'waiting' && tellAt !== undefined && tellAt > deps.now(),
    hasMail: deps.config.smtpUrl !== undefined,
    isWorking,
    returned: move.state === 'undone' ? (await findReturned(move)).length : 0,
    stages: stagesOf(move, counts),
    sheet: `/events/${event._id.toHexString()}/day-sheet?day=${toDay}`,
  });
}

/** The progress of a move's worker, for the progress bar. */
export function stagesOf(move: SlotMove, counts: ItemCounts) {
  if (move.state === 'telling') return tellingStages(move, counts);
  const words: Partial<Record<SlotMove['state'], string>> = {
    running: move.kind === 'move' ? 'Moving slots' : 'Making slots unavailable',
    undoing: 'Undoing',
  };
  const of = move.state === 'undoing' ? counts.undone : move.total - counts.todo;
  const total = move.state === 'running' ? move.total : counts.done + counts.undone + counts.told;
  const state = WORKING_STATES.includes(move.state) ? ('running' as const) : ('done' as const);
  const label = words[move.state] ?? 'Done';
  return [{ key: 'work', label, done: state === 'done' ? total : of, total, state }];
}

/** Appointments are canceled slot by slot. How many families are told is not counted: they are told when all of that is done. */
function tellingStages({ kind }: SlotMove, { done, told }: ItemCounts) {
  const isCanceling = kind === 'cancel' && done > 0;
  const canceling = {
    ...{ key: 'work', label: 'Canceling appointments', done: told, total: done + told },
    state: isCanceling ? ('running' as const) : ('done' as const),
  };
  const telling = {
    ...{ key: 'tell', label: 'Telling families' },
    state: isCanceling ? ('waiting' as const) : ('running' as const),
  };
  return kind === 'cancel' ? [canceling, telling] : [telling];
}
