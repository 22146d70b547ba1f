/**
 * Runs the suite in two processes with a database each, which two cores do sooner than one after the other: the roster's tests, and all
 * others. What they say comes whole, one after the other; at the end stands the sum, as mocha prints it.
 * Arguments go to both: `npm test -- --grep held`. Exit code: how many tests failed, at most 250; 255 where a process broke down.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import path from 'node:path';
import { ROOT } from '../server/root.js';

const HALVES = [['test/roster/**/*.test.ts'], ['test/**/*.test.ts', '--ignore', 'test/roster/**/*.test.ts']];
/** Of mocha's own exit codes the last that counts failures. */
const MOST_FAILURES = 250;

interface Half {
  said: string;
  code: number | null;
}

/** Runs mocha on these files, to its end. */
async function run(files: string[]): Promise<Half> {
  const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const child = spawn(process.execPath, [mocha, ...files, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  process.stdout.write(said);
  process.stderr.write(complaints);
  const [code] = await ended;
  return { said, code };
}

/** The number that mocha printed before the word. */
function count({ said }: Half, word: string): number {
  return Number(new RegExp(`^ *(\\d+) ${word}\\b`, 'm').exec(said)?.[1] ?? 0);
}

const halves = await Promise.all(HALVES.map(run));
for (const word of ['passing', 'pending', 'failing']) {
  const sum = halves.reduce((before, half) => before + count(half, word), 0);
  if (sum > 0 || word === 'passing') process.stdout.write(`  ${String(sum)} ${word}\n`);
}
const failures = halves.reduce((sum, half) => sum + count(half, 'failing'), 0);
const broken = halves.some(({ code }, at) => code !== 0 && count(halves[at]!, 'failing') === 0);
process.exitCode = broken ? 255 : Math.min(failures, MOST_FAILURES);
