import type { Deps } from '../deps.js';
import { Draw } from '../models/draw.js';
import type { Event } from '../models/event.js';
import { digestOf, drawTurns, drawWishes, hashLines, type DrawInput, type Drawn } from './draw-wishes.js';
import { findChanges } from './find-acting.js';
import { pack } from './find-draw.js';
import { readInput } from './read-input.js';
import { openSeed } from './start-draw.js';

/** What families see of a draw: nothing that identifies other families. */
export interface DrawShare {
  hash: string;
  seed: string;
  /** The digest of the whole input (`digestOf`). */
  digest: string;
  /** The codes of the turns, in their order. */
  turns: string[];
  /** The hashes of the lines that families read of themselves, sorted. */
  lines: string[];
}

/** Everything that is needed to repeat a draw: for the school, and for people it trusts. */
export interface DrawList extends DrawShare {
  input: DrawInput;
  drawn: Drawn[];
}

/** So long after its end a round waits for adults who are joining or leaving. One whose process died is finished by the next tick. */
const MOST_WAITED_MS = 10 * 60_000;

/**
 * Closes a round's wishes: one write keeps what is drawn from, and the result. Of what a family wishes only times count that it
 * could be booked at now, so that the list gives nothing that can't be had.
 * @returns false where somebody else has closed or changed it meanwhile, or adults of it are just joining or leaving a household
 */
export async function closeWishes(deps: Deps, draw: Draw, event: Event): Promise<boolean> {
  const asItWas = { _id: draw._id, state: 'collecting', until: draw.until, most: draw.most } as const;
  const seed = openSeed(deps, draw);
  if (seed === undefined) {
    // Sealed with another APP_SECRET, so the published hash can't be kept: the round is canceled, and families are told.
    deps.log.error({ event: event._id }, 'The seed of a preference round can’t be opened: it is canceled.');
    await Draw.updateOne(asItWas, { $set: { state: 'canceled' } });
    return false;
  }
  const waits = +deps.now() < +draw.until + MOST_WAITED_MS;
  const before = await findChanges(draw);
  if (waits && before.areUnderWay) return false;
  const { keys, ...input } = await readInput(draw, event, deps.now());
  const after = await findChanges(draw);
  if (waits && (after.areUnderWay || after.done !== before.done)) return false;
  const drawn = drawWishes(input, seed);
  const share: DrawShare = {
    ...{ hash: draw.hash, seed, digest: digestOf(input) },
    turns: drawTurns(input, seed),
    lines: hashLines(input, drawn),
  };
  const list: DrawList = { ...share, input, drawn };
  const closed = await Draw.updateOne(asItWas, {
    $set: {
      state: 'booking',
      list: await pack(list),
      share: await pack(share),
      keys: await pack(keys),
    },
  });
  return closed.modifiedCount === 1;
}
