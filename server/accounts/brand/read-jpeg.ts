import { checkSize, PictureFault, type Picture } from './check-picture.js';

/** Baseline, extended and progressive, which every browser shows. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
/** Other kinds of frames: lossless, hierarchical, arithmetic coding. */
const OTHER_FRAMES = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
/** The segments that are kept: tables, frame, scan, restart interval; JFIF (APP0) and Adobe (APP14), which say how colors are read. */
const KEPT = new Set([...FRAMES, 0xc4, 0xdb, 0xda, 0xdd, 0xe0, 0xee]);
const [SCAN, END] = [0xda, 0xd9];

/**
 * Reads a JPEG segment by segment (ITU T.81, annex B) and writes it again without comments, places and thumbnails.
 * @throws PictureFault
 */
export function readJpeg(file: Buffer): Picture {
  const parts: Buffer[] = [file.subarray(0, 2)];
  let size: { width: number; height: number } | undefined;
  let hasScan = false;
  for (let at = 2; ;) {
    if (file.readUInt8(at) !== 0xff) throw new PictureFault('damaged');
    const marker = file.readUInt8(at + 1);
    if (marker === 0xff) {
      // Any marker may be padded.
      at += 1;
      continue;
    }
    if (marker === END) break;
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (end > file.length || OTHER_FRAMES.has(marker)) throw new PictureFault('damaged');
    if (FRAMES.has(marker)) {
      if (size) throw new PictureFault('damaged');
      size = { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
      checkSize(size.width, size.height);
    }
    if (KEPT.has(marker)) parts.push(file.subarray(at, end));
    at = end;
    if (marker !== SCAN) continue;
    if (!size) throw new PictureFault('damaged');
    hasScan = true;
    at = endOfScan(file, end);
    parts.push(file.subarray(end, at));
  }
  if (!size || !hasScan) throw new PictureFault('damaged');
  return { type: 'image/jpeg', ...size, data: Buffer.concat([...parts, Buffer.from([0xff, END])]) };
}

/** Where the coded picture ends: at a marker that is neither a coded 0xff nor a restart. */
function endOfScan(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file.readUInt8(at + 1);
    const isCoded = next === 0x00 || (next >= 0xd0 && next <= 0xd7) || next === 0xff;
    if (!isCoded) return at;
    if (next !== 0xff) at += 1;
  }
  throw new PictureFault('damaged');
}
