import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../server/root.js';

/** Every source file with the files it imports, types included; paths below the repository. */
function readImports(): Map<string, string[]> {
  const files = ['server', 'jobs'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name)),
  );
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(path.join(ROOT, file), 'utf8'));
      const local = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
      return [
        file,
        local.map(({ fileName }) => path.join(path.dirname(file), fileName.replace(/\.js$/, '.ts'))),
      ];
    }),
  );
}

/**
 * Files that import each other in a circle, with those between two circles; empty where there is none. Files that import nothing, or
 * that nothing imports, are taken away again and again: what stays is in a circle.
 */
function findCircle(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(imports);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    const used = new Set([...left.values()].flat());
    for (const [file, uses] of left)
      if (!used.has(file) || !uses.some((other) => left.has(other))) left.delete(file);
  }
  return [...left.keys()];
}

describe('circles of imports', () => {
  it('are found where there is one', () => {
    const imports = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
      ['d', []],
    ]);
    assert.deepEqual(findCircle(imports), ['b', 'c']);
  });

  it('are not in the source, not even of types', () => {
    assert.deepEqual(findCircle(readImports()), []);
  });
});
