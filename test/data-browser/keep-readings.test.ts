import assert from 'node:assert/strict';
import { createReadings } from '../../server/clever/data-browser/keep-readings.js';

describe('readings kept in memory', () => {
  const START = Date.UTC(2026, 10, 23);
  let now: number;
  let loads: string[];
  const readings = (maxWeight = 100) => {
    now = START;
    loads = [];
    return createReadings({ ttlMs: 1000, maxWeight, now: () => new Date(now) });
  };
  const load =
    (name: string, weight = 10) =>
    (): Promise<{ value: string; weight: number }> => {
      loads.push(name);
      return Promise.resolve({ value: name, weight });
    };

  it('are read once, told when, and read anew after their time', async () => {
    const kept = readings();
    assert.deepEqual(await kept.get('a x', load('one')), { value: 'one', at: new Date(START) });
    now = START + 1000;
    assert.deepEqual(await kept.get('a x', load('two')), { value: 'one', at: new Date(START) });
    now = START + 1001;
    assert.deepEqual(await kept.get('a x', load('three')), { value: 'three', at: new Date(START + 1001) });
  });

  it('are shared by those who ask at the same time', async () => {
    const kept = readings();
    await Promise.all([kept.get('a x', load('one')), kept.get('a x', load('two'))]);
    assert.deepEqual(loads, ['one']);
  });

  it('never weigh more than allowed together: the longest unused go first', async () => {
    const kept = readings(25);
    await kept.get('a', load('a'));
    await kept.get('b', load('b'));
    await kept.get('a', load('again'));
    await kept.get('c', load('c'));
    assert.ok(kept.weight() <= 25);
    await kept.get('a', load('a twice'));
    await kept.get('b', load('b twice'));
    assert.deepEqual(loads, ['a', 'b', 'c', 'b twice']);
    assert.equal((await kept.get('d', load('too much', 1000))).value, 'too much');
    assert.ok(kept.weight() <= 25);
  });

  it('are forgotten by group', async () => {
    const kept = readings();
    await kept.get('a x', load('a'));
    await kept.get('b x', load('b'));
    kept.forget('a');
    await kept.get('a x', load('a anew'));
    await kept.get('b x', load('b anew'));
    assert.deepEqual(loads, ['a', 'b', 'a anew']);
  });

  it('that are forgotten before they end reach who waits, and are not kept', async () => {
    const kept = readings();
    let answer = (_reading: { value: string; weight: number }): void => undefined;
    const slow = new Promise<{ value: string; weight: number }>((resolve) => (answer = resolve));
    const waiting = kept.get('a x', () => slow);
    kept.forget('a');
    answer({ value: 'old', weight: 1 });
    assert.equal((await waiting).value, 'old');
    assert.equal((await kept.get('a x', load('new'))).value, 'new');
  });

  it('that fail are told to all who wait, are not kept, and leave no rejection behind', async () => {
    const kept = readings();
    const fail = (): Promise<never> => Promise.reject(new Error('no'));
    const both = await Promise.allSettled([kept.get('a', fail), kept.get('a', fail)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal((await kept.get('a', load('fine'))).value, 'fine');
  });
});
