import { PictureFault, type LogoRefusal, type Picture } from './check-picture.js';
import { readJpeg } from './read-jpeg.js';
import { readPng } from './read-png.js';

export const LOGO_BYTES = 500_000;

/** Reads a picture by its content, whatever its name, and writes it again from the parts that a picture needs. */
export async function readLogo(
  file: Buffer,
): Promise<{ ok: true; picture: Picture } | { ok: false; reason: LogoRefusal; size: string }> {
  try {
    if (file.subarray(0, 8).equals(PNG)) return { ok: true, picture: await readPng(file) };
    if (file.subarray(0, 3).equals(JPEG)) return { ok: true, picture: readJpeg(file) };
    return { ok: false, reason: 'no picture', size: '' };
  } catch (error) {
    if (error instanceof PictureFault) return { ok: false, reason: error.refusal, size: error.size };
    // The file ends too early.
    if (error instanceof RangeError) return { ok: false, reason: 'damaged', size: '' };
    throw error;
  }
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
