import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ACTIONS, sayAction } from '../../server/audit/say-action.js';
import { ROOT } from '../../server/root.js';

const TABLE = path.join('server', 'audit', 'say-action.ts');

describe('what the audit calls things', () => {
  const sources = ['server', 'jobs'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name)),
  );
  const texts = sources
    .filter((file) => file !== TABLE)
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }));

  it('has a sentence for every code that any file records', () => {
    const missing: string[] = [];
    let found = 0;
    for (const { file, text } of texts.filter((one) => /record-audit\.js|say-action\.js/.test(one.text)))
      // What stands after `action:` and as the first text of a helper that takes a code.
      for (const [, line = ''] of text.matchAll(/\baction:\s*([^\n]*)/g))
        for (const [, code = ''] of line.matchAll(/'([a-z][a-z ]+)'/g)) {
          found += 1;
          if (!Object.hasOwn(ACTIONS, code) && /\s/.test(code) && !/^(move|set)$/.test(code))
            missing.push(`${file}: ${code}`);
        }
    assert.deepEqual(missing, []);
    assert.ok(found > 50, `only ${found} codes were found`);
  });

  it('has no sentence for what nobody records', () => {
    const all = texts.map(({ text }) => text).join('\n');
    const isRecorded = (code: string) => all.includes(`'${code}'`) || code.endsWith(' roster');
    assert.deepEqual(
      Object.keys(ACTIONS).filter((code) => !isRecorded(code)),
      [],
    );
  });

  it('reads as a sentence, each another', () => {
    const sentences = Object.values(ACTIONS);
    for (const sentence of sentences) assert.match(sentence, /^[A-Z][^.]{5,}[^.\s]$/);
    assert.equal(new Set(sentences).size, sentences.length);
  });

  it('shows what a later version recorded as it was stored', () => {
    assert.equal(sayAction('paint wall'), 'Paint wall');
    assert.equal(sayAction('constructor'), 'Constructor');
  });
});
