import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import fc from 'fast-check';
import { drawWishes, hashSeed, type DrawInput } from '../../server/draw/draw-wishes.js';
import { ROOT } from '../../server/root.js';

const limit = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });
const inputs: fc.Arbitrary<DrawInput> = fc
  .record({
    slots: fc.array(
      fc.record({
        teacher: fc.nat(2),
        day: fc.constantFrom('d1', 'd2'),
        at: fc.nat(8),
        seats: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    gapMs: fc.constantFrom(0, 10),
    dayLimit: limit,
    families: fc.uniqueArray(
      fc.record({
        code: fc.string({ unit: fc.constantFrom('A', 'B', 'C', '7'), minLength: 3, maxLength: 6 }),
        most: limit,
        children: fc.array(limit, { minLength: 1, maxLength: 2 }),
        wishes: fc.array(fc.record({ child: fc.nat(1), slots: fc.array(fc.nat(7), { maxLength: 5 }) }), {
          maxLength: 5,
        }),
      }),
      { maxLength: 8, selector: ({ code }) => code },
    ),
  })
  .map(({ slots, gapMs, dayLimit, families }) => ({
    gapMs,
    days:
      dayLimit === null
        ? {}
        : Object.fromEntries(slots.map(({ teacher, day }) => [`${teacher} ${day}`, dayLimit])),
    slots: slots.map(({ at, ...slot }) => ({ ...slot, from: at * 10, to: at * 10 + 10 })),
    families: families.map(({ wishes, ...family }) => ({
      ...family,
      wishes: wishes.map(({ child, slots: wanted }) => ({
        child: child % family.children.length,
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
          const ofChild = (child: number) =>
            own.filter(({ wish }) => family.wishes[wish]!.child === child).length;
          family.children.forEach((most, child) => assert.ok(ofChild(child) <= (most ?? Infinity)));
          family.wishes.forEach(({ child, slots: wanted }, wish) => {
            if (got[wish] !== null || own.length >= (family.most ?? Infinity)) return;
            if (ofChild(child) >= (family.children[child] ?? Infinity)) return;
            const could = wanted.find((index) => {
              const slot = slots[index]!;
              const day = `${slot.teacher} ${slot.day}`;
              return used(index) < slot.seats && isClear(slot, own) && ofDay(day) < (days[day] ?? Infinity);
            });
            assert.equal(could, undefined, `${code} could have had ${could}`);
          });
        }
      }),
    );
  });

  it('is the same when the page’s script does it again, which sees a wrong result', async () => {
    const window: { checkDraw?: (list: unknown) => Promise<boolean> } = {};
    const script = readFileSync(path.join(ROOT, 'public/js/check-draw.js'), 'utf8');
    vm.runInNewContext(script, { window, crypto, TextEncoder, document: { querySelectorAll: () => [] } });
    await fc.assert(
      fc.asyncProperty(inputs, seeds, async (input, seed) => {
        const list = { hash: hashSeed(seed), seed, input, drawn: drawWishes(input, seed) };
        assert.equal(await window.checkDraw?.(list), true);
        assert.equal(await window.checkDraw?.({ ...list, hash: hashSeed('0') }), false);
        const [first, ...rest] = list.drawn;
        if (!first) return;
        const wrong = { code: first.code, got: [...first.got, 0] };
        assert.equal(await window.checkDraw?.({ ...list, drawn: [wrong, ...rest] }), false);
      }),
      { numRuns: 40 },
    );
  });
});
