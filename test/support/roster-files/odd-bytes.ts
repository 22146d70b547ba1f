import { zipOf } from './files.js';

/** How a text becomes the bytes of a file: as programs write it, with a mark or without. */
export const ENCODINGS = [
  'utf8',
  'utf8 bom',
  'utf16le',
  'utf16le bom',
  'utf16be',
  'utf16be bom',
  'latin1',
  'utf32le bom',
] as const;

/** What else is odd about a file. */
export const ODDITIES = [
  'mixed line ends',
  'old Mac line ends',
  'semicolons',
  'tabs',
  'commas',
  'a NUL in a cell',
  'NULs at the end',
  'a NUL in every line',
  'a very long cell',
  'a quoted line end in a heading',
  'a heading twice',
  'a heading twice, and other values',
  'a column without a heading',
  'two marks',
  'a quote that never closes',
  'cut in the middle of a row',
  'a zip that is called a text',
  'a page of a log-in',
] as const;

export interface OddFile {
  encoding: (typeof ENCODINGS)[number];
  oddities: readonly (typeof ODDITIES)[number][];
}

/** @param at chooses a place for what is odd in one row */
export async function oddBytes(
  name: string,
  text: string,
  { encoding, oddities }: OddFile,
  at: number,
): Promise<Buffer> {
  if (oddities.includes('a zip that is called a text')) return zipOf({ [name]: text });
  const odd = oddities.reduce((made, oddity) => CHANGES[oddity]?.(made, at) ?? made, text);
  return encode(odd, encoding);
}

function encode(text: string, encoding: OddFile['encoding']): Buffer {
  const marked = encoding.endsWith('bom') ? `\ufeff${text}` : text;
  if (encoding === 'latin1') return Buffer.from(marked, 'latin1');
  if (encoding.startsWith('utf8')) return Buffer.from(marked);
  if (encoding.startsWith('utf32')) {
    const letters = [...marked];
    const bytes = Buffer.alloc(letters.length * 4);
    for (const [n, letter] of letters.entries()) bytes.writeUInt32LE(letter.codePointAt(0) ?? 0, n * 4);
    return bytes;
  }
  const bytes = Buffer.from(marked, 'utf16le');
  return encoding.startsWith('utf16le') ? bytes : bytes.swap16();
}

const CHANGES: Partial<Record<(typeof ODDITIES)[number], (text: string, at: number) => string>> = {
  'mixed line ends': (text, at) =>
    text.split(/\r?\n/).reduce((made, line, n) => made + (ENDS[(n + at) % 3] ?? '\n') + line),
  'old Mac line ends': (text) => text.replace(/\r?\n/g, '\r'),
  semicolons: (text) => delimited(text, ';'),
  tabs: (text) => delimited(text, '\t'),
  commas: (text) => delimited(text, ','),
  'a NUL in a cell': (text, at) => inRow(text, at, (line) => line.replace(/([a-zA-Z])([a-zA-Z])/, '$1\0$2')),
  'NULs at the end': (text) => `${text}${'\0'.repeat(1000)}`,
  'a NUL in every line': (text) => text.replace(/(\w)(\r?\n)/g, '$1\0$2'),
  'a very long cell': (text, at) =>
    inRow(text, at, (line) => line.replace(/([a-zA-Z])([a-zA-Z])/, `$1${'x'.repeat(70_000)}$2`)),
  'a quoted line end in a heading': (text) =>
    text.replace(/^([^,;\t\r\n]+)/, (heading) => `"${heading.replaceAll('"', '')}\n"`),
  'a heading twice': (text) => eachLine(text, (line, mark, first) => `${line}${mark}${first}`),
  'a heading twice, and other values': (text) =>
    eachLine(text, (line, mark, first, n) => `${line}${mark}${n === 0 ? first : `other${String(n)}`}`),
  'a column without a heading': (text) =>
    eachLine(text, (line, mark, _, n) => `${line}${mark}${n === 0 ? '' : 'note'}`),
  'two marks': (text) => `\ufeff${text}`,
  'a quote that never closes': (text, at) => inRow(text, at, (line) => line.replace(/([,;\t])/, '$1"')),
  'cut in the middle of a row': (text) => text.trimEnd().slice(0, -3),
  'a page of a log-in': () =>
    '<!doctype html><html><head><title>Log in</title></head><body>Please log in</body></html>\n',
};

const ENDS = ['\n', '\r\n', '\r'];

const markOf = (text: string): string => /[\t;,]/.exec(text)?.[0] ?? ',';

/** Cells of these files hold no delimiter but in quotation marks. */
function delimited(text: string, mark: string): string {
  const from = markOf(text);
  const isQuoted = (cell: string) => cell.startsWith('"') && cell.endsWith('"');
  return text
    .split('\n')
    .map((line) =>
      (from === ','
        ? (line.match(/("[^"]*"|[^,]*)(,|$)/g) ?? [])
        : line.split(from).map((cell) => `${cell}${from}`)
      )
        .map((cell) => cell.replace(new RegExp(`${from}$`), ''))
        .slice(0, from === ',' && line !== '' && !line.endsWith(',') ? -1 : undefined)
        .map((cell) => (cell.includes(mark) && !isQuoted(cell) ? `"${cell}"` : cell))
        .join(mark),
    )
    .join('\n');
}

function inRow(text: string, at: number, change: (line: string) => string): string {
  const lines = text.split('\n');
  const place = 1 + (at % Math.max(1, lines.filter((line) => line.trim() !== '').length - 1));
  lines[place] = change(lines[place] ?? '');
  return lines.join('\n');
}

function eachLine(
  text: string,
  change: (line: string, mark: string, first: string, n: number) => string,
): string {
  const mark = markOf(text);
  return text
    .split('\n')
    .map((line, n) => {
      const bare = line.replace(/\r$/, '');
      return bare === '' ? line : change(bare, mark, bare.split(mark)[0] ?? '', n);
    })
    .join('\n');
}
