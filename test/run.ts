/**
 * Runs the suite in parts, each in a process with a database of its own, as many at once as the machine has cores and one more: some
 * tests wait for processes that end or start. What a part says is shown when it ends; at the end stand what failed in any part, once
 * more, and the sum, as mocha prints it.
 * Arguments go to all parts: `npm test -- --grep held`. Exit code: how many tests failed, at most 250; 255 where a process broke down.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { ROOT } from '../server/root.js';

/** Folders of test/, those that take longest first, so that no long part is left for the end; what none of them names is the last part. */
const FOLDERS = [
  'browser',
  'roster',
  'web',
  '{sync,duplicates}',
  '{database,jobs}',
  '{runs,review}',
  '{permissions,upgrades}',
  '{slots,moves,events,contacts}',
  'booking',
  '{accounts,families,reports,notifications,demo}',
  '{roster-files,uploads}',
];
/** Of mocha's own exit codes the last that counts failures. */
const MOST_FAILURES = 250;

interface Part {
  said: string;
  code: number | null;
}

/** Runs mocha on these files, to its end. */
async function run(files: string[]): Promise<Part> {
  const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const child = spawn(process.execPath, [mocha, ...files, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  process.stdout.write(said);
  return { said, code };
}

/** The number that mocha printed before the word. */
function count({ said }: Part, word: string): number {
  return Number(new RegExp(`^ *(\\d+) ${word}\\b`, 'm').exec(said)?.[1] ?? 0);
}

/** What mocha printed of the tests that failed. */
function told({ said }: Part): string {
  return /^ *\d+ failing\n([^]*)/m.exec(said)?.[1] ?? '';
}

const patterns = FOLDERS.map((folder) => `test/${folder}/**/*.test.ts`);
const rest = ['test/**/*.test.ts', ...patterns.flatMap((pattern) => ['--ignore', pattern])];
const waiting = [...patterns.map((pattern) => [pattern]), rest];
const parts: Part[] = [];
await Promise.all(
  Array.from({ length: availableParallelism() + 1 }, async () => {
    for (let files = waiting.shift(); files; files = waiting.shift()) parts.push(await run(files));
  }),
);
for (const part of parts) process.stdout.write(told(part));
for (const word of ['passing', 'pending', 'failing']) {
  const sum = parts.reduce((before, part) => before + count(part, word), 0);
  if (sum > 0 || word === 'passing') process.stdout.write(`  ${String(sum)} ${word}\n`);
}
const failures = parts.reduce((sum, part) => sum + count(part, 'failing'), 0);
const broken = parts.some((part) => part.code !== 0 && count(part, 'failing') === 0);
process.exitCode = broken ? 255 : Math.min(failures, MOST_FAILURES);
