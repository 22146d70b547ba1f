import { TextDecoder } from 'node:util';
import type { FileSource } from './roster-files.js';

/** How the bytes of a text file are read; Excel writes all of these. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/**
 * A file's encoding: by its mark, else UTF-8 where the whole of it is valid UTF-8, else Windows-1252, which any bytes are.
 */
export async function detectEncoding(source: FileSource): Promise<Encoding> {
  let decoder: TextDecoder | undefined;
  let head = Buffer.alloc(0);
  for await (const part of await source.open()) {
    let bytes = part as Buffer;
    if (!decoder) {
      head = Buffer.concat([head, bytes]);
      if (head.length < 2) continue;
      const marked = encodingOfMark(head);
      if (marked) return marked;
      decoder = new TextDecoder('utf-8', { fatal: true });
      bytes = head;
    }
    if (!isValid(decoder, bytes, true)) return 'windows-1252';
  }
  decoder ??= new TextDecoder('utf-8', { fatal: true });
  const rest = head.length < 2 ? head : Buffer.alloc(0);
  return isValid(decoder, rest, false) ? 'utf-8' : 'windows-1252';
}

function encodingOfMark(head: Buffer): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return undefined;
}

function isValid(decoder: TextDecoder, bytes: Buffer, stream: boolean): boolean {
  try {
    decoder.decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}

/**
 * A file's text in parts, without its mark; every line end is \n, so that lines count as in a text editor.
 * @param onBytes is told of each part that was read
 */
export async function* decodeFile(
  source: FileSource,
  encoding: Encoding,
  onBytes: (count: number) => void,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(encoding);
  let heldReturn = false;
  for await (const part of await source.open()) {
    onBytes((part as Buffer).length);
    let text = decoder.decode(part as Buffer, { stream: true });
    if (text === '') continue;
    if (heldReturn) text = `\r${text}`;
    // The other half of a line end may be in the next part.
    heldReturn = text.endsWith('\r');
    if (heldReturn) text = text.slice(0, -1);
    yield text.replace(/\r\n?/g, '\n');
  }
  const rest = `${heldReturn ? '\r' : ''}${decoder.decode()}`;
  if (rest !== '') yield rest.replace(/\r\n?/g, '\n');
}
