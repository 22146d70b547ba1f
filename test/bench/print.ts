import type { SyncTaken } from './importer-process.js';

export function say(line: string): void {
  console.log(line);
}

/** 1234567 is "1,234,567". */
export function thousands(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** Milliseconds in seconds, as "12.34 s". */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** The middle one, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (upper + lower) / 2;
}

/** What a sync took, by stage, and what it did. */
export function saySync(name: string, taken: SyncTaken): void {
  say(`  ${name}: ${seconds(taken.ms)}, ${seconds(taken.cpuMs)} of them CPU. ${taken.result}`);
  say(`    ${taken.stages.map((stage) => `${stage.name} ${seconds(stage.ms)}`).join(', ')}`);
}

/** What was written to the roster's collections: "contact.bulkWrite 500"; "nothing". */
export function inWords(writes: Record<string, number>): string {
  const parts = Object.entries(writes).map(([call, many]) => `${call} ${thousands(many)}`);
  return parts.join(', ') || 'nothing';
}
