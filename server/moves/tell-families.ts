import { reconcileInterpreter } from '../booking/reconcile-interpreter.js';
import { tellMoved } from '../draw/tell-moved.js';
import { revokeReminder } from '../meetings/tell-reminder.js';
import { tellTogether } from '../meetings/tell-together.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots } from '../models/appointment-slots.js';
import { SlotMoveItem, type SlotMove } from '../models/slot-move.js';
import { groupBy } from '../web/lists.js';
import { appointmentsOf } from './queries.js';

/** After so many families the worker reports that it lives. */
const AT_ONCE = 20;

type Touched = Pick<Appointment, '_id' | 'slot' | 'household' | 'from' | 'interpreting'>;

/**
 * Tells every family whose meetings a move has moved or canceled, each adult by one mail, however many there are. It may be killed anywhere
 * and repeated: the mail's key names the move, the household and the adult.
 * @param goesOn reports that the worker lives; false: it must end, or another one has taken over
 * @returns whether everybody is told
 */
export async function tellFamilies(
  deps: Deps,
  move: SlotMove,
  goesOn: () => Promise<boolean>,
): Promise<boolean> {
  const families = [...groupBy(await findTouched(move), ({ household }) => household.toHexString())];
  for (const [index, [household, theirs]] of families.entries()) {
    if (index % AT_ONCE === 0 && !(await goesOn())) return false;
    await tellFamily(deps, move, household, theirs);
  }
  if (!(await goesOn()) || !(await tellWishing(deps, move, goesOn))) return false;
  await SlotMoveItem.updateMany({ move: move._id, state: 'done' }, { $set: { state: 'told' } });
  return true;
}

/** What it moved and is still there, or what it canceled; nobody is told again of what an earlier version told one by one. */
async function findTouched({ _id, kind, createdAt }: SlotMove): Promise<Touched[]> {
  const isMove = kind === 'move';
  const items = await SlotMoveItem.find(
    { move: _id, state: isMove ? 'done' : { $in: ['done', 'told'] } },
    { slot: 1, newFrom: 1 },
  ).lean();
  const found = appointmentsOf(
    items,
    (slots) =>
      isMove
        ? { slot: { $in: slots }, state: { $in: LIVING_STATES }, createdAt: { $lte: createdAt } }
        : { ...inSlots(slots), state: 'cancelled', canceledIn: _id },
    { slot: 1, household: 1, from: 1, interpreting: 1 },
  );
  const touched = new Map<string, Touched>();
  for await (const [one, item] of found)
    if (!isMove || (item && +item.newFrom === +one.from)) touched.set(one._id.toHexString(), one);
  return [...touched.values()];
}

/** Families who wish for the former times in a preference round. */
async function tellWishing(
  deps: Deps,
  { _id, kind, event, account, notice }: SlotMove,
  goesOn: () => Promise<boolean>,
): Promise<boolean> {
  const states = kind === 'move' ? (['done'] as const) : (['done', 'told'] as const);
  const items = await SlotMoveItem.find(
    { move: _id, state: { $in: [...states] } },
    { slot: 1, from: 1 },
  ).lean();
  const moved = items.map(({ slot, from }) => ({ _id: slot, from }));
  return tellMoved(deps, { _id: event, account }, moved, { key: _id.toHexString(), notice }, goesOn);
}

async function tellFamily(
  deps: Deps,
  { _id, kind, notice }: SlotMove,
  household: string,
  theirs: Touched[],
): Promise<void> {
  const isMove = kind === 'move';
  // Who interprets at the new time is said by the same mail.
  for (const one of theirs)
    if (one.interpreting?.move?.equals(_id)) await reconcileInterpreter(deps, one._id, true);
  const appointments = await Appointment.find({
    $or: theirs.map((one) => ({ _id: one._id, from: one.from })),
    state: isMove ? { $in: LIVING_STATES } : 'cancelled',
  })
    .sort({ from: 1, _id: 1 })
    .lean();
  if (isMove) for (const one of appointments) await revokeReminder(deps, one);
  const about = `${_id.toHexString()}:${household}`;
  await tellTogether(deps, appointments, isMove ? 'changed' : 'cancelled', { about, notice });
}
