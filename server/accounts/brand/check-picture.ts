/** The most pixels. A picture of a few kilobytes may unpack to gigabytes, so its size is read before anything is unpacked. */
const MOST_PIXELS = 4_000_000;
const LONGEST_SIDE = 8_000;

/** A picture with nothing but what is visible: without comments, places, thumbnails, or data hidden behind its end. */
export interface Picture {
  type: 'image/png' | 'image/jpeg';
  width: number;
  height: number;
  data: Buffer;
}

export type LogoRefusal = 'no picture' | 'too many pixels' | 'damaged';

export class PictureFault extends Error {
  readonly refusal: LogoRefusal;
  readonly size: string;

  constructor(refusal: LogoRefusal, size = '') {
    super(refusal);
    this.refusal = refusal;
    this.size = size;
  }
}

/** @throws PictureFault if a picture is larger than any logo */
export function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw new PictureFault('damaged');
  if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > MOST_PIXELS)
    throw new PictureFault('too many pixels', `${String(width)} × ${String(height)}`);
}
