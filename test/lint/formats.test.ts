import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../server/root.js';

/** Where dates, times, numbers and lists are made words. */
const MODULE = [
  'server/web/format-count.ts',
  'server/web/format-time.ts',
  'server/web/format-language.ts',
  'server/web/format-zone.ts',
  'server/web/local-time.ts',
  'server/web/name-languages.ts',
  'public/js/format.js',
];

/** What writes them past the module: in another locale, for every account alike, or a span as two values. */
const PAST_IT = /\btoLocale(?:Date|Time)?String\b|\btoFormat\b|\bsetLocale\b|\bIntl\.|\}\s*–\s*\$\{/;

/** "file: line" of what is written past the module. */
function findPast(file: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (PAST_IT.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));
}

describe('the formatting module', () => {
  it('writes all dates, times, numbers and lists', () => {
    const files = ['server', 'jobs', 'views', 'public/js'].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|mjs|js|ejs)$/.test(name))
        .map((name) => path.posix.join(folder, name)),
    );
    assert.ok(files.length > 500);
    const others = files.filter((file) => !MODULE.includes(file));
    assert.deepEqual(
      others.flatMap((file) => findPast(file, readFileSync(path.join(ROOT, file), 'utf8'))),
      [],
    );
  });

  it('is missed where something goes past it', () => {
    const wrong = [
      "count.toLocaleString('en')",
      'at.toLocaleTimeString()',
      "day.toFormat('d MMMM')",
      "new Intl.NumberFormat('en')",
      '`${timeOfDay(from)} – ${timeOfDay(to)}`',
    ];
    for (const line of wrong) assert.deepEqual(findPast('a.ts', `fine\n${line}`), [`a.ts:2: ${line}`]);
    assert.deepEqual(findPast('a.ts', 'number(count); day.toISODate()'), []);
  });
});
