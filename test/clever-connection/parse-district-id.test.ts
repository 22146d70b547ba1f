import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDistrictId } from '../../server/clever/connection/parse-district-id.js';

const hexId = fc.stringMatching(/^[0-9a-f]{24}$/);
/** Never hexadecimal for 24 digits in a row. */
const word = fc.stringMatching(/^[ghijkxyz0189]{0,12}$/);

describe('a pasted district id or login link', () => {
  it('gives the id, however it is written and whatever stands around it', () => {
    fc.assert(
      fc.property(hexId, word, word, fc.boolean(), (id, before, after, upper) => {
        const written = upper ? id.toUpperCase() : id;
        const link = `https://clever.com/oauth/district-picker?client_id=${before}&district_id=${written}&x=${after}`;
        for (const pasted of [
          written,
          `  ${written}\n`,
          link,
          encodeURIComponent(link),
          `Our link: <${link}>`,
          `https://clever.com/in/${before}/districts/${written}`,
          `${before} ${written} ${after}`,
        ])
          assert.deepEqual(parseDistrictId(pasted), { ok: true, id }, pasted);
      }),
    );
  });

  it('takes the parameter named for the district before any other id in the link', () => {
    fc.assert(
      fc.property(hexId, hexId, (id, other) => {
        const link = `https://clever.com/oauth/authorize?client_id=${other}&district_id=${id}`;
        assert.deepEqual(parseDistrictId(link), { ok: true, id });
      }),
    );
  });

  it('is refused where two different ids stand in it, for it never guesses', () => {
    fc.assert(
      fc.property(hexId, hexId, (one, two) => {
        fc.pre(one !== two);
        assert.deepEqual(parseDistrictId(`${one} ${two}`), { ok: false, reason: 'several' });
        assert.deepEqual(parseDistrictId(`?district_id=${one}&district_id=${two}`), {
          ok: false,
          reason: 'several',
        });
        assert.deepEqual(parseDistrictId(`${one} ${one}`), { ok: true, id: one });
      }),
    );
  });

  it('is refused where no such id stands in it', () => {
    for (const pasted of [
      '',
      'maple unified',
      '5b2ad81a709e300001e2cd7', // one too few
      '5b2ad81a709e300001e2cd7ab', // one too many
      'https://clever.com/oauth/district-picker?district_id=maple&x=5b2ad81a709e300001e2cd7a',
      '%E0%A4%A',
    ])
      assert.deepEqual(parseDistrictId(pasted), { ok: false, reason: 'none' }, pasted);
  });

  it('never throws and never gives anything but an id that stood there', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (pasted) => {
        const found = parseDistrictId(pasted);
        if (found.ok) assert.ok(/^[0-9a-f]{24}$/.test(found.id));
      }),
    );
  });
});
