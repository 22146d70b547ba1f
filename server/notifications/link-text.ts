/** A piece of a line; with `href` it is a link to this installation. */
export interface Piece {
  text: string;
  href?: string;
}

/**
 * Splits a mail's text into paragraphs of lines of pieces. Only addresses of this installation become links, because names and texts in a
 * mail come from others.
 * @param publicUrl without a slash at the end
 */
export function linkText(text: string, publicUrl: string): Piece[][][] {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.split('\n').map((line) => linkLine(line, publicUrl)));
}

function linkLine(line: string, publicUrl: string): Piece[] {
  return line
    .split(/(https?:\/\/[^\s<>"]+)/)
    .filter(Boolean)
    .flatMap((part) => {
      const href = part.replace(/[.,;:!?)]+$/, '');
      if (href !== publicUrl && !href.startsWith(`${publicUrl}/`)) return [{ text: part }];
      const after = part.slice(href.length);
      return [{ text: href, href }, ...(after ? [{ text: after }] : [])];
    });
}
