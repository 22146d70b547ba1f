import { linkText, type Piece } from './link-text.js';
import type { MailLogo } from './load-logo.js';

/** How the mail's text names the logo that comes with it (RFC 2392). */
export const LOGO_ID = 'logo@slotbell';

/** A mail's text as HTML, under the school's logo; readers without HTML have the text itself. */
export function writeHtml(text: string, publicUrl: string, logo: MailLogo): string {
  const paragraphs = linkText(text, publicUrl)
    .map((lines) => `<p>${lines.map((pieces) => pieces.map(writePiece).join('')).join('<br>')}</p>`)
    .join('\n');
  const { width, height, school } = logo;
  const picture = `<img src="cid:${LOGO_ID}" alt="${escapeHtml(school)}" width="${String(width)}" height="${String(height)}">`;
  return `<!doctype html>\n<html><body style="font-family:sans-serif;font-size:16px;line-height:1.5">\n<p>${picture}</p>\n${paragraphs}\n</body></html>\n`;
}

function writePiece({ text, href }: Piece): string {
  return href ? `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>` : escapeHtml(text);
}

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
}
