/** A piece of a line; with `href` it is a link to this installation or to a map, with `struck` what no longer holds. */
export interface Piece {
  text: string;
  href?: string;
  struck?: boolean;
}

/** Begins the address of a place on a map. It is a link that somebody follows; nothing is loaded from there. */
export const MAP_URL = 'https://www.google.com/maps/search/?api=1&query=';

/** Between these stands what no longer holds, such as an old time. Nobody types them: Unicode leaves them to each program. */
const [STRUCK, TO_HERE] = ['\uE000', '\uE001'];

export function struck(text: string): string {
  return `${STRUCK}${text}${TO_HERE}`;
}

/** The text as it is read where nothing can be struck out. */
export function withoutMarks(text: string): string {
  return text.replaceAll(STRUCK, '').replaceAll(TO_HERE, '');
}

/**
 * Splits a mail's text into paragraphs of lines of pieces. Only addresses of this installation and of places on a map become links, because
 * names and texts in a mail come from others.
 * @param publicUrl without a slash at the end
 */
export function linkText(text: string, publicUrl: string): Piece[][][] {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.split('\n').map((line) => piecesOf(line, publicUrl)));
}

function piecesOf(line: string, publicUrl: string): Piece[] {
  return line
    .split(/(\uE000[^\uE001]*\uE001)/)
    .flatMap((part) =>
      part.startsWith(STRUCK)
        ? [{ text: withoutMarks(part), struck: true }]
        : linkLine(withoutMarks(part), publicUrl),
    );
}

function linkLine(line: string, publicUrl: string): Piece[] {
  return line
    .split(/(https?:\/\/[^\s<>"]+)/)
    .filter(Boolean)
    .flatMap((part) => {
      const href = part.replace(/[.,;:!?)]+$/, '');
      const after = part.slice(href.length);
      const rest = after ? [{ text: after }] : [];
      if (href.startsWith(MAP_URL)) return [{ text: placeIn(href), href }, ...rest];
      if (href !== publicUrl && !href.startsWith(`${publicUrl}/`)) return [{ text: part }];
      return [{ text: href, href }, ...rest];
    });
}

/** What such an address looks for. */
function placeIn(href: string): string {
  try {
    return decodeURIComponent(href.slice(MAP_URL.length));
  } catch {
    return href;
  }
}
