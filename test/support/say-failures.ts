const MOST_TESTS = 20;
const MOST_LETTERS = 300;

/** The failed tests that mocha told of at the end of what it printed, with the errors and their causes. */
export interface Failure {
  title: string;
  errors: string[];
}

/** What mocha printed of the tests that failed. */
export function toldOf(said: string): string {
  return /^ *\d+ failing\n([^]*)/m.exec(said)?.[1] ?? '';
}

export function readFailures(said: string): Failure[] {
  return toldOf(said)
    .split(/^ {2}\d+\) /m)
    .slice(1)
    .map((block) => {
      const [, title = block, rest = ''] = /^([^]*?):\n([^]*)/.exec(block) ?? [];
      return { title: onOneLine(title), errors: rest.split(/^ *Caused by: /m).map(sayError) };
    });
}

/** The last lines of a log are often all that somebody sees: each failed test by its whole title, and why in a line an error. */
export function sayFailures(failures: readonly Failure[]): string {
  if (failures.length === 0) return '';
  const told = failures
    .slice(0, MOST_TESTS)
    .map(({ title, errors }) => `  ${[title, ...errors].join('\n    ')}\n`);
  const more = failures.length - told.length;
  return `Failed:\n${told.join('')}${more > 0 ? `  and ${String(more)} more\n` : ''}`;
}

/** Its first line; where values differ, that says nothing without what differs, which Node and mocha may show after one another. */
function sayError(error: string): string {
  const [message = ''] = error.split(/^ +at /m);
  const [first = ''] = message.trim().split('\n');
  const [, signs = '', difference = ''] = message.split(/^ *(\+ (?:actual - expected|expected - actual))/m);
  const differing = difference.split('\n').filter((line) => /^ *[+-]/.test(line));
  return onOneLine([first, signs, ...differing].join(' '));
}

function onOneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MOST_LETTERS ? `${line.slice(0, MOST_LETTERS)}…` : line;
}
