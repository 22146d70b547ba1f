import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { breathe, isDue } from './breathe.js';
import { FileRefused, wholeFile } from './problem-list.js';
import type { FileSource } from './file-source.js';

/** How the bytes of a text file are read; spreadsheets write all of these. `utf-8 with slips`: UTF-8 but for a few bytes. */
export type Encoding = 'utf-8' | 'utf-8 with slips' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'macintosh';

/** How much of a file is searched for the zeros of UTF-16. */
const LOOK = 65_536;

/**
 * Detects a file's encoding: by its mark; else UTF-16 if every other byte is often zero; else UTF-8 if nearly all of it is; else whichever
 * of the two older encodings makes words of it.
 * @param onPart receives the file's bytes, part by part, unless they are UTF-16
 * @throws FileRefused for what is not text: a workbook, or an encoding that no spreadsheet writes
 */
export async function detectEncoding(source: FileSource, onPart: (part: Buffer) => void): Promise<Encoding> {
  let head: Buffer | undefined;
  let isUnicode = true;
  let carried: Buffer = Buffer.alloc(0);
  for await (const part of partsFrom(source, LOOK)) {
    if (isDue()) await breathe();
    if (!head) {
      head = part;
      const known = encodingOfHead(source, head);
      if (known) return known;
    }
    onPart(part);
    if (!isUnicode) continue;
    const bytes = carried.length > 0 ? Buffer.concat([carried, part]) : part;
    const end = bytes.length - unfinishedOf(bytes);
    isUnicode = isUtf8(bytes.subarray(0, end));
    carried = bytes.subarray(end);
  }
  return isUnicode && carried.length === 0 ? 'utf-8' : countedEncoding(source);
}

/** How many bytes at the end begin a letter that continues in the next part. */
function unfinishedOf(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    if ((bytes[bytes.length - back] ?? 0) >> 6 === 2) continue;
    return lengthAt(bytes, bytes.length - back) === 'cut off' ? back : 0;
  }
  return 0;
}

/** A file's bytes in parts; the first has at least so many if the file does. */
async function* partsFrom(source: FileSource, least: number): AsyncGenerator<Buffer, void, undefined> {
  let head: Buffer[] | undefined = [];
  let length = 0;
  for await (const part of await source.open()) {
    if (!head) {
      yield part as Buffer;
      continue;
    }
    head.push(part as Buffer);
    length += (part as Buffer).length;
    if (length < least) continue;
    yield Buffer.concat(head);
    head = undefined;
  }
  if (head) yield Buffer.concat(head);
}

/** How web pages, PDFs, JSON and rich text begin. */
const NO_TABLE =
  /^(?:\xef\xbb\xbf)?\s*(?:<(?:!doctype|html|\?xml|table)\b|%PDF-|[[{]\s*[{"][^\n]*[:{]|\{\\rtf)/i;

function encodingOfHead({ name }: FileSource, head: Buffer): Encoding | undefined {
  const begins = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  if (begins(0xff, 0xfe, 0, 0) || begins(0, 0, 0xfe, 0xff)) throw refused(name, 'utf-32');
  if (begins(0x50, 0x4b, 3, 4) || begins(0xd0, 0xcf, 0x11, 0xe0)) throw refused(name, 'workbook');
  if (begins(0x1f, 0x8b) || NO_TABLE.test(head.toString('latin1', 0, 200)))
    throw refused(name, 'not a table');
  if (begins(0xff, 0xfe)) return 'utf-16le';
  if (begins(0xfe, 0xff)) return 'utf-16be';
  const zeros = [0, 0];
  const looked = Math.min(head.length, LOOK);
  for (let at = 0; at < looked; at += 1) if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  // Text beyond Latin letters still has separators and line ends, which contain a zero byte.
  if (odd > looked / 50 && odd > 3 * even) return 'utf-16le';
  if (even > looked / 50 && even > 3 * odd) return 'utf-16be';
  return undefined;
}

function refused(file: string, code: 'utf-32' | 'workbook' | 'not a table'): FileRefused {
  return new FileRefused(wholeFile(file, { code }));
}

/** Bytes that are letters within words in Mac Roman, and punctuation or nothing in Windows-1252. */
const MAC_LETTERS = new Set([
  0x81, 0x83, 0x84, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e,
  0x9f,
]);

/** Decides the encoding of a file that is not entirely UTF-8, by what its bytes beyond ASCII can be. */
async function countedEncoding(source: FileSource): Promise<Encoding> {
  let [whole, slips, mac, western] = [0, 0, 0, 0];
  let carried = Buffer.alloc(0);
  for await (const part of await source.open()) {
    if (isDue()) await breathe();
    const bytes = Buffer.concat([carried, part as Buffer]);
    let at = 0;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte < 0x80) continue;
      const length = lengthAt(bytes, at);
      if (length === 'cut off') break;
      if (length > 0) {
        whole += 1;
        at += length - 1;
        continue;
      }
      slips += 1;
      if (byte >= 0xc0) western += 1;
      else if (MAC_LETTERS.has(byte) && isLetter(bytes[at - 1])) mac += 1;
    }
    carried = bytes.subarray(at);
  }
  if (whole > 0 && whole >= slips) return 'utf-8 with slips';
  return mac > western ? 'macintosh' : 'windows-1252';
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));
}

/** The length of the UTF-8 letter of several bytes that begins here; 0 if none does. */
function lengthAt(bytes: Buffer, at: number): number | 'cut off' {
  const first = bytes[at] ?? 0;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >> 4 === 0xe ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length === 0) return 0;
  for (let next = 1; next < length; next += 1) {
    const byte = bytes[at + next];
    if (byte === undefined) return 'cut off';
    if (byte >> 6 !== 2) return 0;
  }
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** Receives what is found while a file is decoded. */
export interface Decoding {
  /** Called for each part that was read. */
  bytes(count: number): void;
  /** Called if a letter on this line is in another encoding than the file. */
  slip(line: number): void;
}

/** A file's text in parts, without its mark; every line end is \n, so that lines count as in a text editor. */
export async function* decodeFile(
  source: FileSource,
  encoding: Encoding,
  told: Decoding,
): AsyncGenerator<string, void, undefined> {
  const decode = encoding === 'utf-8 with slips' ? slipDecoder(told) : decoderOf(encoding);
  let heldReturn = false;
  for await (const part of await source.open()) {
    told.bytes((part as Buffer).length);
    let text = decode(part as Buffer);
    if (text === '') continue;
    if (heldReturn) text = `\r${text}`;
    // The other half of a line end may be in the next part.
    heldReturn = text.endsWith('\r');
    if (heldReturn) text = text.slice(0, -1);
    yield text.replace(/\r\n?/g, '\n');
  }
  const rest = `${heldReturn ? '\r' : ''}${decode()}`;
  if (rest !== '') yield rest.replace(/\r\n?/g, '\n');
}

type Decode = (part?: Buffer) => string;

function decoderOf(encoding: string): Decode {
  const decoder = new TextDecoder(encoding);
  return (part) => (part ? decoder.decode(part, { stream: true }) : decoder.decode());
}

/** Decodes UTF-8, and takes a byte that is not UTF-8 as Windows-1252. */
function slipDecoder(told: Decoding): Decode {
  const western = new TextDecoder('windows-1252');
  let carried: Buffer = Buffer.alloc(0);
  let line = 1;
  let isFirst = true;
  return (part) => {
    const bytes = part ? Buffer.concat([carried, part]) : carried;
    const texts: string[] = [];
    let from = 0;
    let at = 0;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      // A lone \r ends a line too, but the \r of \r\n does not end another.
      if (byte === 0x0a || (byte === 0x0d && bytes[at + 1] !== 0x0a)) line += 1;
      if (byte < 0x80) continue;
      const length = lengthAt(bytes, at);
      if (length === 'cut off' && part) break;
      if (length !== 0 && length !== 'cut off') {
        at += length - 1;
        continue;
      }
      texts.push(bytes.toString('utf8', from, at), western.decode(bytes.subarray(at, at + 1)));
      from = at + 1;
      told.slip(line);
    }
    const end = Math.min(at, bytes.length);
    texts.push(bytes.toString('utf8', from, end));
    carried = Buffer.from(bytes.subarray(end));
    const text = texts.join('');
    const marked = isFirst && text.startsWith('\ufeff');
    if (text !== '') isFirst = false;
    return marked ? text.slice(1) : text;
  };
}
