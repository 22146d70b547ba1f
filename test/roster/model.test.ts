import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AT_CLEVER } from '../support/model/at-clever.js';
import { BY_PEOPLE } from '../support/model/by-people.js';
import { BY_RUNS } from '../support/model/by-runs.js';
import { findSentences } from '../support/sentences.js';
import { World } from '../support/model/world.js';
import { runs } from '../support/seed.js';

const RUNS = runs(10);

const ACTS = { ...AT_CLEVER, ...BY_PEOPLE, ...BY_RUNS };
type Name = keyof typeof ACTS;
type Command = readonly [name: Name, n: number, m: number];

const names = (acts: object) => fc.constantFrom(...(Object.keys(acts) as Name[]));
const commands = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 3, arbitrary: names(AT_CLEVER) },
      { weight: 2, arbitrary: names(BY_PEOPLE) },
      { weight: 3, arbitrary: names(BY_RUNS) },
    ),
    fc.nat(999),
    fc.nat(999),
  ),
  { minLength: 10, maxLength: 16 },
);

/** Combinations that are rare at random, in every run of the suite. */
const RARE: Command[][] = [
  [
    ['an appointment is booked', 3, 0],
    ['a class is deleted', 3, 0],
    ['many students leave', 0, 0],
    ['a sync', 0, 0],
    ['withheld removals are accepted', 0, 0],
    ['the last run is undone', 1, 0],
    ['many sections are gone', 0, 0],
    ['a sync whose worker is killed', 60, 1],
    ['withheld removals are rejected', 0, 0],
    ['many are back', 0, 0],
    ['a preview that is applied', 0, 0],
  ],
  // Of the withheld a part is back, somebody else leaves; then classes go, with teachers who teach nothing else.
  [
    ['many students leave', 0, 0],
    ['a sync', 0, 0],
    ['many are back', 0, 0],
    ['a student leaves', 39, 0],
    ['a sync', 0, 0],
    ['many sections are gone', 0, 0],
    ['a sync', 0, 0],
    ['withheld removals are accepted', 0, 0],
    ['withheld removals are accepted', 0, 0],
    ['the last run is undone', 0, 0],
  ],
];

describe('nights, decisions, accidents and undos in any order', () => {
  it('give what the model says: nothing doubled, nothing lost, and nothing removed that is still there', async () => {
    await fc.assert(fc.asyncProperty(commands, play), {
      numRuns: RUNS,
      examples: RARE.map((list) => [list]),
      endOnFailure: true,
    });
  });
});

async function play(list: Command[]): Promise<void> {
  const world = await World.open();
  try {
    await step(world, ['a sync', 0, 0]);
    for (const command of list) await step(world, command);
    assert.deepEqual(await findSentences(), []);
  } finally {
    await world.district.close();
  }
}

async function step(world: World, [name, n, m]: Command): Promise<void> {
  try {
    await ACTS[name](world, n, m);
    await world.check();
    if (name in BY_RUNS) await world.checkRuns();
    if (name in BY_RUNS && !name.includes('withheld')) await world.checkAppointments();
  } catch (error) {
    throw new Error(`at "${name}" ${String(n)} ${String(m)}`, { cause: error });
  }
}
