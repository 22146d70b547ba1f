import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beginsInKey, inKey, searchKey, searchWords } from '../../server/models/search-key.js';
import { runs } from '../support/seed.js';

const finds = (typed: string, ...name: string[]): boolean =>
  searchWords(typed).length > 0 &&
  searchWords(typed).every((word) => beginsInKey(word).test(searchKey(...name)));

describe('The key that people are searched by', () => {
  it('finds a name by the letters that its reader can type', () => {
    for (const [typed, name] of [
      ['o’brien', "O'Brien"],
      ["o'brien", 'O’Brien'],
      ['obrien', "O'Brien"],
      ['brien', 'OʼBrien'],
      ["O'Brien", 'OBrien'],
      ['o`brien', 'O´Brien'],
      ['jones', 'Smith-Jones'],
      ['smith-jones', 'Smith‑Jones'],
      ['smith jones', 'Smith–Jones'],
      ['smithjones', 'Smith-Jones'],
      ['al masri', 'Al-Masri'],
      ['lukasz', 'Łukasz'],
      ['ostergard', 'Østergård'],
      ['grusser', 'Grüßer'],
      ['GRÜSSER', 'Grüßer'],
      ['isik', 'Işık'],
      ['IŞIK', 'ışık'],
      ['ipek', 'İpek'],
      ['aeroe', 'Ærœ'],
      ['djordje', 'Djordje'],
      ['dordevic', 'Đorđević'],
      ['thor', 'Þór'],
      ['gudrun', 'Guðrún'],
      ['nguyen', 'Nguyễn'],
      ['muller', 'Mu\u0308ller'],
      ['elodie', 'E\u0301lodie'],
      ['kahoolawe', 'Kahoʻolawe'],
      ['nejd', 'Ne\u200bjd'],
      ['ana', 'Ａｎａ'],
    ] as const)
      assert.ok(finds(typed, 'Maria', name), `${typed} | ${name} | ${searchKey(name)}`);
    assert.ok(finds('107', 'Bo', '00107'));
    for (const [typed, name] of [
      ['ones', 'Smith-Jones'],
      ['rien', "O'Brien"],
      ['smith', 'Smyth'],
      ['.', 'Ana'],
      ['(', 'Ana'],
    ] as const)
      assert.ok(!finds(typed, name), `${typed} | ${name}`);
  });

  it('is made of itself again, so that old keys can be brought up', () => {
    // An acute accent that stood alone was a space: people’s keys are made of their names again.
    const text = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter(
        (name) =>
          !/[\u00b4\u0384\u1fbd-\u1fff\u02d8-\u02dd\u00a8\u00af\u00b8\u203e\u2017\uffe3\ufe70-\ufe7f]/.test(
            name,
          ),
      );
    fc.assert(
      fc.property(text, (name) => {
        const key = searchKey(name);
        assert.equal(searchKey(key), key);
        // How 0.4 made it.
        const old = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
        assert.equal(searchKey(old), key);
      }),
      { numRuns: runs(3000) },
    );
  });

  it('finds every name by itself and by the beginning of each of its parts', () => {
    const name = fc.string({
      unit: fc.constantFrom(...Array.from("abŁøßİı'’- éo.+*(")),
      minLength: 1,
      maxLength: 15,
    });
    fc.assert(
      fc.property(name, (text) => {
        for (const word of searchWords(text)) {
          assert.ok(inKey(word).test(searchKey(text)));
          assert.ok(beginsInKey(word).test(searchKey(text)), `${word} | ${text}`);
        }
      }),
    );
  });
});
