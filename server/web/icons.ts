import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Icons of Bootstrap Icons (MIT) that pages use, by their names there. */
const NAMES = [
  'arrow-counterclockwise',
  'arrow-left',
  'arrow-repeat',
  'bell',
  'box-arrow-right',
  'calendar-event',
  'calendar-plus',
  'camera-video',
  'check-lg',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'clipboard-data',
  'clock',
  'cloud-arrow-down',
  'download',
  'envelope',
  'exclamation-triangle',
  'eye-slash',
  'gear',
  'geo-alt',
  'info-circle',
  'list',
  'lock',
  'pencil',
  'people',
  'person-circle',
  'plus-lg',
  'printer',
  'search',
  'table',
  'telephone',
  'trash',
  'x-lg',
];

/** The mark beside the name: a bell with a slot cut out, through which the background shows. */
const MARK =
  '<symbol id="slotbell" viewBox="6 5 20 22.5"><path fill="currentColor" fill-rule="evenodd" d="M16 5.5a1.9 1.9 0 0 0-1.9 2.1C10.8 8.5 8.5 11.3 8.5 15v3.3L6.6 21.4a.8.8 0 0 0 .7 1.2h17.4a.8.8 0 0 0 .7-1.2L23.5 18.3V15c0-3.7-2.3-6.5-5.6-7.4A1.9 1.9 0 0 0 16 5.5ZM12.7 14.6a1.2 1.2 0 0 0 0 2.4h6.6a1.2 1.2 0 0 0 0-2.4ZM13.2 24.2a2.8 2.8 0 0 0 5.6 0Z"/></symbol>';

/**
 * One SVG with every icon as a symbol, for `<use href="…#name">` (partial icon.ejs). Read from the package at boot.
 * @throws if the package lacks an icon, so that this is noticed at start and not on a page
 */
export function iconSprite(): string {
  const symbols = NAMES.map((name) => symbol(name, readFileSync(fileOf(name), 'utf8')));
  return `<svg xmlns="http://www.w3.org/2000/svg">${MARK}${symbols.join('')}</svg>`;
}

function fileOf(name: string): string {
  return require.resolve(`bootstrap-icons/icons/${name}.svg`);
}

function symbol(name: string, file: string): string {
  const shape = /<svg[^>]*viewBox="([^"]+)"[^>]*>([\s\S]*)<\/svg>/.exec(file);
  if (!shape?.[1] || shape[2] === undefined)
    throw new Error(`The icon ${name} is not an SVG with a view box.`);
  return `<symbol id="${name}" viewBox="${shape[1]}" fill="currentColor">${shape[2].replace(/\s*\n\s*/g, '')}</symbol>`;
}
