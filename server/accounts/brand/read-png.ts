import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import { checkSize, PictureFault, type Picture } from './check-picture.js';

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate);

/** The chunks that are visible (PNG, third edition, 5.6). Comments, dates, places and animations are dropped. */
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'sRGB', 'IDAT', 'IEND']);
/** How many samples a pixel has in each color type, and the depths that are allowed for it. */
const COLORS: Record<number, { samples: number; depths: number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
/** The first column and row, and the steps, of each pass of an interlaced picture. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Reads a PNG, checks that all of its rows are there, and writes it again.
 * @throws PictureFault
 */
export async function readPng(file: Buffer): Promise<Picture> {
  const parts: Buffer[] = [file.subarray(0, 8)];
  const rows: Buffer[] = [];
  let head: Buffer | undefined;
  for (let at = 8, isOver = false; !isOver;) {
    const length = file.readUInt32BE(at);
    const end = at + 12 + length;
    const name = file.toString('latin1', at + 4, at + 8);
    if (end > file.length || file.readUInt32BE(end - 4) !== crc32(file.subarray(at + 4, end - 4)))
      throw new PictureFault('damaged');
    if (!head) {
      if (name !== 'IHDR' || length !== 13) throw new PictureFault('damaged');
      head = file.subarray(at + 8, at + 21);
      checkSize(head.readUInt32BE(0), head.readUInt32BE(4));
    } else if (name === 'IHDR') throw new PictureFault('damaged');
    if (name === 'IDAT') rows.push(file.subarray(at + 8, end - 4));
    if (KEPT.has(name)) parts.push(file.subarray(at, end));
    isOver = name === 'IEND';
    at = end;
  }
  if (!head) throw new PictureFault('damaged');
  await checkRows(head, Buffer.concat(rows));
  return {
    type: 'image/png',
    width: head.readUInt32BE(0),
    height: head.readUInt32BE(4),
    data: Buffer.concat(parts),
  };
}

async function checkRows(head: Buffer, packed: Buffer): Promise<void> {
  const size = unpackedSize(head);
  const rows = await unpack(packed, { maxOutputLength: size + 1 }).catch(() => undefined);
  if (rows?.length !== size) throw new PictureFault('damaged');
}

function unpackedSize(head: Buffer): number {
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const [depth = 0, color = 0, packing, filter, interlace = 0] = head.subarray(8);
  const known = COLORS[color];
  if (!known?.depths.includes(depth) || packing !== 0 || filter !== 0 || interlace > 1)
    throw new PictureFault('damaged');
  const sizeOf = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * depth * known.samples) / 8));
  if (interlace === 0) return sizeOf(width, height);
  const count = (length: number, first: number, step: number) =>
    Math.max(0, Math.ceil((length - first) / step));
  return PASSES.reduce(
    (sum, [x, y, stepX, stepY]) => sum + sizeOf(count(width, x, stepX), count(height, y, stepY)),
    0,
  );
}
