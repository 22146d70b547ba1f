import assert from 'node:assert/strict';
import { walkThrough } from '../../server/runs/engine/walk-through.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let index = 0; index < count; index += 1) yield Promise.resolve(index);
}

/** Work that waits until it is told to end. */
function gates() {
  const open = new Map<number, () => void>();
  const begun: number[] = [];
  const work = (item: number) =>
    new Promise<void>((resolve) => {
      begun.push(item);
      open.set(item, resolve);
    });
  return { open, begun, work };
}
const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('working through a stream', () => {
  it('has two at once, and begins the next when one ends', async () => {
    const { open, begun, work } = gates();
    const all = walkThrough(numbers(4), work);
    await turns();
    assert.deepEqual(begun, [0, 1]);
    open.get(1)?.();
    await turns();
    assert.deepEqual(begun, [0, 1, 2]);
    for (const item of [0, 2]) open.get(item)?.();
    await turns();
    open.get(3)?.();
    await all;
    assert.deepEqual(begun, [0, 1, 2, 3]);
  });

  it('ends only when all work has ended, and throws the first failure', async () => {
    const { open, begun, work } = gates();
    let over = false;
    const all = walkThrough(numbers(9), (item) =>
      item === 1 ? Promise.reject(new Error('one')) : work(item),
    );
    const told = assert.rejects(all, /one/).then(() => {
      over = true;
    });
    await turns();
    assert.deepEqual([begun, over], [[0], false]);
    open.get(0)?.();
    await told;
    assert.deepEqual(begun, [0]);
  });

  it('waits for the work when the stream itself breaks off', async () => {
    const { open, work } = gates();
    async function* broken() {
      yield 0;
      throw new Error('cut');
    }
    let over = false;
    const told = assert.rejects(walkThrough(broken(), work), /cut/).then(() => {
      over = true;
    });
    await turns();
    assert.equal(over, false);
    open.get(0)?.();
    await told;
  });
});
