/**
 * Runs the suite in parts, each in a process with a database of its own, as many at once as the machine has cores and one more: some
 * tests wait for processes that end or start. What a part says is shown when it ends; at the end stand what failed in any part, once
 * more, which files took longest, what failed in a line or two a test, and the sum, as mocha prints it.
 * All code is compiled once, to `dist/suite`: of every process that a test starts, reading TypeScript anew would be most of the work.
 * Folders named first are run alone, `npm test -- booking slots`; what follows goes to mocha: `npm test -- --grep held`. Exit code: how many tests failed, at most 250; 255 where a process broke down.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../server/root.js';
import { COMPILED, compile } from './compile.js';
// If chance is wanted, one seed is drawn for all parts.
import './support/seed.js';
import { readFailures, sayFailures, toldOf, type Failure } from './support/say-failures.js';

/** Folders of test/ or files of one, those that take longest first, so that no long part is left for the end; what none of them names is the last part. */
const FOLDERS = [
  'browser',
  'roster/[a-o]*.test.js',
  'roster/[p-z]*.test.js',
  'review',
  '{permissions,upgrades}',
  'web',
  '{planning,rehearsal,mailings,letters,waitlist}',
  '{duplicates,contacts}',
  '{database,jobs}',
  '{sync,runs}',
  'booking',
  '{demo,roster-files,uploads}',
  '{draw,interpreters,entry,households,staff,handmade}',
  '{accounts,desk,events,families}',
  '{moves,notifications,reports,slots}',
];
/**
 * How much of what a part makes is collected at a time, in MB: at first V8 has 1, and then most of its collecting is done while what was
 * made is still used.
 */
const YOUNG_MB = 32;
/** Of Linux, a second. */
const TICKS = 100;
/** Of mocha's own exit codes the last that counts failures. */
const MOST_FAILURES = 250;

interface Part {
  name: string;
  said: string;
  code: number | null;
}

/** Runs mocha on these files, to its end, as `.mocharc.json` says for those that are not compiled. */
async function run(files: string[]): Promise<Part> {
  const settings = [
    '--no-config',
    '--require',
    path.join(COMPILED, 'test/support/hooks.js'),
    '--forbid-only',
  ];
  const child = spawn(
    process.execPath,
    [
      `--min-semi-space-size=${String(YOUNG_MB)}`,
      `--max-semi-space-size=${String(YOUNG_MB)}`,
      '--enable-source-maps',
      path.join(ROOT, 'node_modules/mocha/lib/cli/cli.js'),
      ...settings,
      '--timeout',
      String(timeout),
      ...files,
      ...options,
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SUITE_TIMES: times } },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  process.stdout.write(said);
  return { name: path.relative(path.join(COMPILED, 'test'), files[0] ?? ''), said, code };
}

/** The number that mocha printed before the word. */
function count({ said }: Part, word: string): number {
  return Number(new RegExp(`^ *(\\d+) ${word}\\b`, 'm').exec(said)?.[1] ?? 0);
}

/** Whether its process ended without having said how many tests failed. */
function isBroken(part: Part): boolean {
  return part.code !== 0 && count(part, 'failing') === 0;
}

function failuresOf(part: Part): Failure[] {
  const how = `ended with ${String(part.code)} before it could say what failed`;
  return isBroken(part) ? [{ title: part.name, errors: [how] }] : readFailures(part.said);
}

const SLOWEST = 20;

/** The files that took most, by the processors' time where the system tells, one line each, and what all took of it. */
async function sayTimes(): Promise<string> {
  const told = await readFile(times, 'utf8').catch(() => '');
  const took = [...told.matchAll(/^(\d+) (\d+) (.*)$/gm)].map(([, ms, ticks, file = '']) => ({
    seconds: Number(ms) / 1000,
    ofCpu: Number(ticks) / TICKS,
    file,
  }));
  took.sort((one, other) => other.ofCpu - one.ofCpu || other.seconds - one.seconds);
  const lines = took.slice(0, SLOWEST).map(({ seconds, ofCpu, file }) => {
    const source = path.relative(COMPILED, file).replace(/\.js$/, '.ts');
    const cpu = ofCpu > 0 ? `${ofCpu.toFixed(0).padStart(4)} s of CPU` : '';
    return `  ${seconds.toFixed(0).padStart(5)} s ${cpu} ${source}\n`;
  });
  const stat = await readFile('/proc/self/stat', 'latin1').catch(() => '');
  const ticks = stat.split(') ')[1]?.split(' ').slice(13, 15).map(Number) ?? [];
  const cpu = ticks.reduce((sum, count) => sum + count, 0) / TICKS;
  return `Slowest files:\n${lines.join('')}${cpu > 0 ? `  ${cpu.toFixed(0)} s of CPU in all\n` : ''}`;
}

const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith('-'));
const folders = firstOption < 0 ? words : words.slice(0, firstOption);
const options = words.slice(folders.length);
const { timeout } = JSON.parse(await readFile(path.join(ROOT, '.mocharc.json'), 'utf8')) as {
  timeout: number;
};
const folder = await mkdtemp(path.join(tmpdir(), 'slotbell-suite-'));
const times = path.join(folder, 'times');
await compile();
const filesOf = (part: string) =>
  path.join(COMPILED, 'test', part, part.endsWith('.js') ? '' : '**/*.test.js');
const patterns = (folders.length > 0 ? folders : FOLDERS).map(filesOf);
const waiting = patterns.map((pattern) => [pattern]);
if (folders.length === 0)
  waiting.push([filesOf(''), ...patterns.flatMap((pattern) => ['--ignore', pattern])]);
const parts: Part[] = [];
await Promise.all(
  Array.from({ length: availableParallelism() + 1 }, async () => {
    for (let files = waiting.shift(); files; files = waiting.shift()) parts.push(await run(files));
  }),
);
for (const { said } of parts) process.stdout.write(toldOf(said));
process.stdout.write(await sayTimes());
process.stdout.write(sayFailures(parts.flatMap(failuresOf)));
await rm(folder, { recursive: true, force: true });
for (const word of ['passing', 'pending', 'failing']) {
  const sum = parts.reduce((before, part) => before + count(part, word), 0);
  if (sum > 0 || word === 'passing') process.stdout.write(`  ${String(sum)} ${word}\n`);
}
const failures = parts.reduce((sum, part) => sum + count(part, 'failing'), 0);
process.exitCode = parts.some(isBroken) ? 255 : Math.min(failures, MOST_FAILURES);
