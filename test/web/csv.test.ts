import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import express from 'express';
import fc from 'fast-check';
import supertest from 'supertest';
import { harmlessCell, streamCsv } from '../../server/web/stream-csv.js';
import { runs } from '../support/seed.js';

const STARTS = /^[=+\-@＝＋－＠]/;

async function fileOf(rows: string[][]): Promise<string> {
  const app = express();
  app.get('/', (_req, res) => streamCsv(res, 'list', ['One', 'Two', 'Three'], [rows]));
  const { text } = await supertest(app).get('/').buffer(true);
  return text.replace(/^\ufeff/, '');
}

/** What a spreadsheet of this separator makes of a file: by the rules of quotation, and by cutting at each separator. */
function cellsFor(text: string, delimiter: string): string[] {
  const options = {
    delimiter,
    relax_quotes: true,
    relax_column_count: true,
    record_delimiter: ['\n', '\r\n', '\r'],
  };
  const quoted = (() => {
    try {
      return parse(text, options).flat();
    } catch {
      return [];
    }
  })();
  const cut = text.split(/[\r\n]+/).flatMap((line) => line.split(delimiter));
  return [...quoted, ...cut.map((cell) => cell.replace(/^[\s"]+/, ''))].map((cell) =>
    cell.replace(/^[\s\p{C}\p{Z}]+/u, ''),
  );
}

describe('CSV files', () => {
  it('keep every text that no spreadsheet would run', async () => {
    const rows = [
      ['Reed, Bo', 'O"Neil', 'two\nlines'],
      ['Math; Art', 'a-b', 'x=1'],
      ['', 'Łukasz', '1:45–2:00 PM'],
    ];
    assert.deepEqual(parse(await fileOf(rows), { from: 2 }), rows);
  });

  it('are harmless for whichever separator a spreadsheet reads them with', async () => {
    for (const cell of [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1+1',
      '\u00a0=1',
      '\u200b=1',
      '\ufeff=1',
      '＝1',
      'a;=1+1',
      'a; =1+1',
      'a;"=1+1"',
      'a\t=1+1',
      'a|=1+1',
      'a\n=1+1',
      'a\r\n@x',
      '";=1',
      '"=1',
      ';;;-cmd',
    ]) {
      const text = await fileOf([['x', cell, cell]]);
      for (const separator of [',', ';', '\t', '|'])
        for (const made of cellsFor(text, separator))
          assert.doesNotMatch(made, STARTS, JSON.stringify([cell, separator]));
    }
  });

  it('are harmless whatever stands in them, and the text is still there', () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('a=+-@;,\t|"\n\r \u00a0\u200b')),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (cell) => {
        const made = harmlessCell(cell);
        assert.equal(made.replaceAll("'", ''), cell);
        for (const part of made.split(/[;\t|\n\r]/))
          assert.doesNotMatch(part.replace(/^[\s\p{C}"]+/u, ''), STARTS);
      }),
      { numRuns: runs(2000) },
    );
  });

  it('take no longer for a text made to be slow', () => {
    for (const text of ['"'.repeat(1_000_000), ';'.repeat(1_000_000), `;${' '.repeat(1_000_000)}`])
      assert.equal(harmlessCell(text), text);
  });
});
