import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawBars } from '../../server/web/draw-chart.js';
import { number } from '../../server/web/format-count.js';

const column = fc.record({
  label: fc.constantFrom('5 PM', '6 PM'),
  group: fc.constantFrom('Tue, Nov 24', 'Wed, Nov 25', 'Thu, Nov 26'),
  tip: fc.constant('a tip'),
  values: fc.tuple(fc.nat(2000), fc.nat(2000)),
});
const draw = (columns: { label: string; group: string; tip: string; values: number[] }[]) =>
  drawBars({
    id: 'x',
    title: 'Times',
    description: '',
    parts: [
      { role: 'full', label: 'Booked' },
      { role: 'open', label: 'Free' },
    ],
    columns,
    say: number,
  });

describe('bars drawn on the server', () => {
  it('stand side by side and on one another inside the drawing, whatever there is to count', () => {
    fc.assert(
      fc.property(fc.array(column, { maxLength: 60 }), (columns) => {
        const chart = draw(columns);
        assert.equal(chart.columns.length, columns.length);
        let right = 0;
        for (const [index, { x, width, bars }] of chart.columns.entries()) {
          assert.ok(x >= right - 0.02 && x + width <= 100.2);
          right = x + width;
          const [booked = 0, free = 0] = columns[index]?.values ?? [];
          assert.equal(bars.length, Number(booked > 0) + Number(free > 0));
          let base = chart.base;
          for (const { y, height } of bars) {
            assert.ok(Math.abs(y + height - base) < 0.05 && height > 0 && y >= 25.9);
            base = y;
          }
        }
        for (const { x, y } of chart.labels) assert.ok(x >= 0 && x <= 100 && y <= chart.height);
        assert.ok(chart.labels.filter(({ anchor }) => anchor === 'middle').length <= 7);
      }),
    );
  });

  it('have labels that keep a sixth of the width between them, and fill half of it from three bars on', () => {
    for (let count = 1; count <= 40; count += 1) {
      const at = { label: '10 AM', group: 'Tue', tip: '', values: [1, 0] };
      const { labels, columns } = draw(Array.from({ length: count }, () => at));
      const places = labels.filter(({ anchor }) => anchor === 'middle').map(({ x }) => x);
      for (const [index, x] of places.entries())
        assert.ok(
          index === 0 || x - (places[index - 1] ?? 0) >= 100 / 7,
          `${String(count)}: ${places.join()}`,
        );
      const last = columns.at(-1);
      assert.ok(last && (count < 3 || last.x + last.width >= 49.9), String(count));
    }
  });

  it('are to scale, and a group keeps apart from the next', () => {
    const at = (group: string, booked: number) => ({ label: '5 PM', group, tip: '', values: [booked, 0] });
    const { columns, lines } = draw([at('Tue', 100), at('Tue', 50), at('Wed', 25)]);
    assert.deepEqual(
      columns.map(({ bars }) => bars[0]?.height),
      [140, 70, 35],
    );
    assert.deepEqual(
      lines.map(({ label }) => label),
      ['100', '50', '0'],
    );
    const [a, b, c] = columns.map(({ x }) => x);
    assert.ok(a !== undefined && b !== undefined && c !== undefined && c - b > 1.9 * (b - a));
  });
});
