/**
 * Runs the suite in two processes with a database each, which two cores do sooner than one after the other: the tests of runs, rosters
 * and syncs, and all others. What the first says is shown as it comes, the other's after it; at the end stands the sum, as mocha prints it.
 * Arguments go to both: `npm test -- --grep held`. Exit code: how many tests failed, at most 250; 255 where a process broke down.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ROOT } from '../server/root.js';

const ROSTER = 'test/{roster,roster-files,runs,review,sync,duplicates}/**/*.test.ts';
const HALVES = [[ROSTER], ['test/**/*.test.ts', '--ignore', ROSTER]];
/** Of mocha's own exit codes the last that counts failures. */
const MOST_FAILURES = 250;

interface Half {
  said: string;
  code: number | null;
}

/** Runs mocha on these files, to its end. @param tell is given what it says, as it comes */
async function run(files: string[], tell: (chunk: string) => void): Promise<Half> {
  const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const child = spawn(process.execPath, [mocha, ...files, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    tell(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { said, code };
}

/** The number that mocha printed before the word. */
function count({ said }: Half, word: string): number {
  return Number(new RegExp(`^ *(\\d+) ${word}\\b`, 'm').exec(said)?.[1] ?? 0);
}

const silent = (): void => undefined;
const tell = (chunk: string): void => {
  process.stdout.write(chunk);
};
const halves = await Promise.all(HALVES.map((files, at) => run(files, at === 0 ? tell : silent)));
for (const { said } of halves.slice(1)) tell(said);
for (const word of ['passing', 'pending', 'failing']) {
  const sum = halves.reduce((before, half) => before + count(half, word), 0);
  if (sum > 0 || word === 'passing') tell(`  ${String(sum)} ${word}\n`);
}
const failures = halves.reduce((sum, half) => sum + count(half, 'failing'), 0);
const broken = halves.some(({ code }, at) => code !== 0 && count(halves[at]!, 'failing') === 0);
process.exitCode = broken ? 255 : Math.min(failures, MOST_FAILURES);
