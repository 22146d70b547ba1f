import type { Deps } from '../deps.js';
import { Draw } from '../models/draw.js';
import type { Event } from '../models/event.js';
import { digestOf, drawTurns, drawWishes, hashLines, type DrawInput, type Drawn } from './draw-wishes.js';
import { pack } from './find-draw.js';
import { readInput } from './read-input.js';
import { openSeed } from './start-draw.js';

/** What families see of a draw: nothing that tells of anybody but themselves. */
export interface DrawShare {
  hash: string;
  seed: string;
  /** Of the whole input (`digestOf`). */
  digest: string;
  /** The codes of the turns, in their order. */
  turns: string[];
  /** The hashes of what each family reads of itself, sorted. */
  lines: string[];
}

/** All that is needed to do a draw again: for the school, and whom it trusts. */
export interface DrawList extends DrawShare {
  input: DrawInput;
  drawn: Drawn[];
}

/**
 * Closes a round's wishes: one write keeps what is drawn from, and the result. Of what a family wishes only times count that it
 * could be booked at now, so that the list gives nothing that can't be had.
 * @returns false where somebody else has closed or changed it meanwhile
 */
export async function closeWishes(deps: Deps, draw: Draw, event: Event): Promise<boolean> {
  const asItWas = { _id: draw._id, state: 'collecting', until: draw.until, most: draw.most } as const;
  const seed = openSeed(deps, draw);
  if (seed === undefined) {
    // Sealed with another APP_SECRET: its published hash can't be kept to, so it is called off, and families are told.
    deps.log.error({ event: event._id }, 'The seed of a preference round can’t be opened: it is canceled.');
    await Draw.updateOne(asItWas, { $set: { state: 'canceled' } });
    return false;
  }
  const { keys, ...input } = await readInput(draw, event, deps.now());
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
