import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import fc from 'fast-check';
import {
  digestOf,
  drawTurns,
  drawWishes,
  hashLines,
  hashSeed,
  lineOf,
  type DrawInput,
} from '../../server/draw/draw-wishes.js';
import { ROOT } from '../../server/root.js';
import { shareTurns } from '../../server/draw/share-turns.js';
import { runs } from '../support/seed.js';

const limit = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });
const inputs: fc.Arbitrary<DrawInput> = fc
  .record({
    slots: fc.array(
      fc.record({
        teacher: fc.nat(2),
        day: fc.constantFrom('d1', 'd2'),
        at: fc.nat(8),
        seats: fc.integer({ min: 0, max: 2 }),
        people: fc.uniqueArray(fc.nat(3), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    gapMs: fc.constantFrom(0, 10),
    dayLimit: limit,
    children: fc.array(limit, { minLength: 3, maxLength: 3 }),
    pairs: fc.array(limit, { minLength: 3, maxLength: 3 }),
    families: fc.uniqueArray(
      fc.record({
        code: fc.string({ unit: fc.constantFrom('A', 'B', 'C', '7'), minLength: 3, maxLength: 6 }),
        most: limit,
        shares: fc.option(fc.nat(7), { nil: -1 }),
        people: fc.uniqueArray(fc.nat(3), { maxLength: 1 }),
        wishes: fc.array(
          fc.record({
            children: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }),
            pairs: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }),
            slots: fc.array(fc.nat(7), { maxLength: 5 }),
          }),
          { maxLength: 5 },
        ),
      }),
      { maxLength: 8, selector: ({ code }) => code },
    ),
  })
  .map(({ slots, gapMs, dayLimit, children, pairs, families }) => ({
    ...{ gapMs, children, pairs },
    days:
      dayLimit === null
        ? {}
        : Object.fromEntries(slots.map(({ teacher, day }) => [`${teacher} ${day}`, dayLimit])),
    slots: slots.map(({ at, ...slot }) => ({ ...slot, from: at * 10, to: at * 10 + 10 })),
    families: families.map(({ wishes, shares, ...family }) => ({
      ...{ ...family, salt: `salt of ${family.code}`, turn: families[shares]?.code ?? family.code },
      wishes: wishes.map(({ slots: wanted, ...wish }) => ({
        ...wish,
        slots: wanted.filter((index) => index < slots.length),
      })),
    })),
  }));
const seeds = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789abcdef')),
  minLength: 64,
  maxLength: 64,
});

describe('the draw of a preference round', () => {
  it('does not depend on the order in which families come, and is the same each time', () => {
    fc.assert(
      fc.property(inputs, seeds, fc.infiniteStream(fc.nat(1000)), (input, seed, chance) => {
        const shuffled = input.families
          .map((family) => ({ family, key: chance.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ family }) => family);
        assert.deepEqual(drawWishes({ ...input, families: shuffled }, seed), drawWishes(input, seed));
      }),
    );
  });

  it('breaks no limit, and leaves no wish that could be fulfilled', () => {
    fc.assert(
      fc.property(inputs, seeds, (input, seed) => {
        const { slots, days, gapMs } = input;
        const drawn = drawWishes(input, seed);
        const all = drawn.flatMap(({ got }) => got.filter((index) => index !== null));
        const used = (index: number) => all.filter((one) => one === index).length;
        const ofDay = (day: string) =>
          all.filter((index) => `${slots[index]!.teacher} ${slots[index]!.day}` === day).length;
        const usedOf = (kind: 'children' | 'pairs', number: number) =>
          drawn.flatMap(({ code, got }) => {
            const { wishes } = input.families.find((one) => one.code === code)!;
            return wishes.filter((wish, n) => got[n] !== null && wish[kind].includes(number));
          }).length;
        for (const kind of ['children', 'pairs'] as const)
          input[kind].forEach((most, number) => assert.ok(usedOf(kind, number) <= (most ?? Infinity)));
        slots.forEach(({ seats }, index) => assert.ok(used(index) <= seats));
        for (const [day, most] of Object.entries(days)) assert.ok(ofDay(day) <= most);
        for (const { code, got } of drawn) {
          const family = input.families.find((one) => one.code === code)!;
          const own = got.flatMap((index, wish) =>
            index === null ? [] : [{ wish, index, ...slots[index]! }],
          );
          const isClear = (slot: { from: number; to: number }, others: typeof own) =>
            others.every((other) => slot.from >= other.to + gapMs || other.from >= slot.to + gapMs);
          assert.ok(own.length <= (family.most ?? Infinity));
          for (const one of own) {
            assert.ok(family.wishes[one.wish]!.slots.includes(one.index));
            assert.ok(
              isClear(
                one,
                own.filter((other) => other !== one),
              ),
            );
          }
          const sits = (person: number, at: { from: number; to: number }, index: number) =>
            drawn.some((other) => {
              const whose = input.families.find((one) => one.code === other.code)!;
              return other.got.some((seat) => {
                if (seat === null || (other.code === code && seat === index)) return false;
                const there = slots[seat]!;
                const overlaps = there.from < at.to && at.from < there.to;
                if (there.people.includes(person)) return overlaps && seat !== index;
                return overlaps && whose.people.includes(person);
              });
            });
          for (const { index, people, ...at } of own)
            for (const person of people) assert.ok(!sits(person, at, index), 'at two meetings at once');
          family.wishes.forEach((wish, n) => {
            if (got[n] !== null || own.length >= (family.most ?? Infinity)) return;
            const isUsedUp = (kind: 'children' | 'pairs') =>
              wish[kind].some((one) => usedOf(kind, one) >= (input[kind][one] ?? Infinity));
            if (isUsedUp('children') || isUsedUp('pairs')) return;
            const could = wish.slots.find((index) => {
              const slot = slots[index]!;
              const day = `${slot.teacher} ${slot.day}`;
              const isAlone = [...slot.people, ...family.people].every(
                (person) => !sits(person, slot, slot.people.includes(person) ? index : -1),
              );
              return (
                isAlone &&
                used(index) < slot.seats &&
                isClear(slot, own) &&
                ofDay(day) < (days[day] ?? Infinity)
              );
            });
            assert.equal(could, undefined, `${code} could have had ${could}`);
          });
        }
      }),
    );
  });

  it('gives those who share a turn no more of them, and by turns in it', () => {
    const slot = (n: number) => ({ teacher: 0, people: [], day: 'd', from: n, to: n + 1, seats: 1 });
    const family = (code: string, turn: string) => ({
      ...{ code, turn, salt: '', most: null, people: [] },
      wishes: [0, 1].map(() => ({ children: [0], pairs: [0], slots: [0, 1, 2] })),
    });
    const input = {
      ...{ gapMs: 0, days: {}, children: [null], pairs: [null], slots: [0, 1, 2].map(slot) },
      families: [family('A', 'A'), family('B', 'A'), family('C', 'C')],
    };
    for (let n = 0; n < 20; n++) {
      const drawn = drawWishes(input, String(n));
      const has = (...codes: string[]) =>
        drawn
          .filter(({ code }) => codes.includes(code))
          .flatMap(({ got }) => got.filter((index) => index !== null)).length;
      assert.deepEqual(
        [has('A') <= 1, has('B') <= 1, has('C') >= 1, has('A', 'B', 'C')],
        [true, true, true, 3],
      );
      assert.deepEqual(drawTurns(input, String(n)).sort(), ['A', 'C']);
    }
    const shared = shareTurns([
      { code: 'A', students: ['1'] },
      { code: 'B', students: ['2'] },
      { code: 'C', students: ['2', '1'] },
      { code: 'D', students: ['3'] },
      { code: 'E', students: ['2'] },
    ]);
    assert.deepEqual([...shared.values()], ['A', 'A', 'A', 'D', 'A']);
  });

  it('has turns that whoever knows the seed cannot choose by a code: they depend on all that is drawn from', () => {
    const family = (code: string) => ({ code, turn: code, salt: '', most: null, people: [], wishes: [] });
    const families = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map(family);
    const input = { gapMs: 0, days: {}, children: [], pairs: [], slots: [], families };
    assert.notDeepEqual(drawTurns(input, '1'), drawTurns({ ...input, gapMs: 1 }, '1'));
  });

  it('is the same when the page’s script does it again, which sees a wrong result', async () => {
    type Check = (list: unknown, own?: unknown) => Promise<boolean>;
    const window: { checkDraw?: Check; checkShare?: Check } = {};
    const script = readFileSync(path.join(ROOT, 'public/js/check-draw.js'), 'utf8');
    vm.runInNewContext(script, { window, crypto, TextEncoder, document: { querySelectorAll: () => [] } });
    await fc.assert(
      fc.asyncProperty(inputs, seeds, async (input, seed) => {
        const drawn = drawWishes(input, seed);
        const share = {
          ...{ hash: hashSeed(seed), seed, digest: digestOf(input) },
          ...{ turns: drawTurns(input, seed), lines: hashLines(input, drawn) },
        };
        const list = JSON.parse(JSON.stringify({ ...share, input, drawn })) as typeof share;
        assert.equal(await window.checkDraw?.(list), true);
        assert.equal(await window.checkDraw?.({ ...list, hash: hashSeed('0') }), false);
        assert.equal(await window.checkDraw?.({ ...list, input: { ...input, gapMs: 7 } }), false);
        assert.equal(await window.checkShare?.(share, { hash: share.hash }), true);
        assert.equal(await window.checkShare?.(share, { hash: hashSeed('0') }), false);
        const [first, ...rest] = drawn;
        if (!first) return;
        const wrong = { code: first.code, got: [...first.got, 0] };
        assert.equal(await window.checkDraw?.({ ...list, drawn: [wrong, ...rest] }), false);
        const lines = [hashSeed('0'), ...share.lines.slice(1)];
        assert.equal(await window.checkDraw?.({ ...list, lines }), false);
        const family = input.families.find(({ code }) => code === first.code)!;
        const own = { hash: share.hash, line: lineOf(input, family, first.got) };
        assert.equal(await window.checkShare?.(share, own), true);
        assert.equal(await window.checkShare?.(share, { ...own, line: `${own.line} ` }), false);
        if (share.turns.length > 1)
          assert.equal(await window.checkShare?.({ ...share, turns: share.turns.toReversed() }, own), false);
      }),
      { numRuns: runs(40) },
    );
  });
});
