import qrcode from 'qrcode-generator';

/** A QR code: the path of its dark squares, with a square as the unit, and the number of squares on a side, including the quiet zone. */
export interface QrCode {
  path: string;
  size: number;
}

/** Light squares around the code, without which readers do not find it (ISO/IEC 18004). */
const QUIET = 4;

/** Makes a QR code that survives a fold and a stain (level M: 15 % may be lost). */
export function drawCode(text: string): QrCode {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row += 1)
    for (let column = 0; column < count; column += 1) {
      if (!code.isDark(row, column)) continue;
      let end = column;
      while (end + 1 < count && code.isDark(row, end + 1)) end += 1;
      path += `M${column + QUIET} ${row + QUIET}h${end - column + 1}v1h-${end - column + 1}z`;
      column = end;
    }
  return { path, size: count + 2 * QUIET };
}
