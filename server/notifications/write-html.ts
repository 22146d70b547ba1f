import { linkText, type Piece } from './link-text.js';
import type { MailLogo } from './load-logo.js';
import { ENGLISH, type Language, type Words } from '../web/words.js';

/** How the mail's text names the logo that comes with it (RFC 2392). */
export const LOGO_ID = 'logo@slotbell';

const FONT = 'font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif';

/**
 * A mail's text as HTML that looks alike in all mail programs: one column, styles on the elements, no picture but the school's logo. An
 * address on a line of its own becomes a button.
 * @param options.footer a text below a line; the link is on `way`, its last words
 */
export function writeHtml(
  text: string,
  publicUrl: string,
  {
    footer = '',
    way = '',
    logo,
    t = ENGLISH,
    language: { code, direction } = { code: 'en', direction: 'ltr' },
  }: {
    footer?: string;
    way?: string;
    logo?: MailLogo;
    t?: Words;
    language?: Pick<Language, 'code' | 'direction'>;
  },
): string {
  const paragraphs = linkText(text, publicUrl).map(
    (lines) => `<p style="margin:0 0 16px">${lines.map((line) => writeLine(line, t)).join('<br>')}</p>`,
  );
  return [
    `<!doctype html><html lang="${code}" dir="${direction}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></head>',
    `<body style="margin:0;padding:24px 16px"><div style="max-width:560px;margin:0 auto;${escape(FONT)};font-size:16px;line-height:1.5">`,
    ...(logo ? [writeLogo(logo)] : []),
    ...paragraphs,
    ...(way
      ? [
          '<hr style="border:0;border-top:1px solid #8a9499;margin:24px 0 12px">',
          `<p style="margin:0;font-size:13px;line-height:1.5">${escape(footer)} <a href="${escape(way)}" style="color:inherit">${escape(t('mails.unsubscribe'))}</a></p>`,
        ]
      : []),
    '</div></body></html>',
  ].join('\n');
}

function writeLogo({ school, width, height }: MailLogo): string {
  return `<p style="margin:0 0 16px"><img src="cid:${LOGO_ID}" alt="${escape(school)}" width="${String(width)}" height="${String(height)}"></p>`;
}

function writeLine(pieces: Piece[], t: Words): string {
  const [only] = pieces;
  if (pieces.length === 1 && only?.href === only?.text && only?.href) return writeButton(only.href, t);
  return pieces
    .map(({ text, href, struck }) => {
      if (href) return `<a href="${escape(href)}">${escape(text)}</a>`;
      return struck ? `<s>${escape(text)}</s>` : escape(text);
    })
    .join('');
}

/** The address stays readable below the button, for people who copy it. */
function writeButton(href: string, t: Words): string {
  const look =
    'display:inline-block;margin:4px 0;padding:12px 20px;border-radius:6px;background:#0f6b6b;color:#ffffff;text-decoration:none;font-weight:600';
  return `<a href="${escape(href)}" style="${look}">${escape(t('mails.openPage'))}</a><br><a href="${escape(href)}" style="font-size:13px;color:inherit;word-break:break-all">${escape(href)}</a>`;
}

function escape(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
