/** The backgrounds on which text in the school's color stands (public/css/tokens.css): page and surface, light and dark. */
const GROUNDS = { light: ['#ffffff', '#f4f7f7'], dark: ['#0f1719', '#172225'] } as const;
/** WCAG 2.2, 1.4.3. */
const LEAST = 4.5;
const STEP = 0.02;

type Theme = keyof typeof GROUNDS;

/** The four roles of tokens.css that a school's color fills in one theme. */
export interface Accents {
  accent: string;
  strong: string;
  ink: string;
  tint: string;
}

const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

/** A color as people type it ("#0B5A5E", "0b5a5e", "#06a") in one form; undefined for anything else. */
export function readColor(typed: string): string | undefined {
  const digits = HEX.exec(typed.trim())?.[1]?.toLowerCase();
  if (!digits) return undefined;
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`;
}

/**
 * The school's color for each theme. It stays as it is if text in it and white text on it can be read; otherwise it is made darker for
 * light pages and lighter for dark ones, by as little as needed.
 */
export function accentsOf(color: string): Record<Theme, Accents> {
  return { light: inTheme(color, 'light'), dark: inTheme(color, 'dark') };
}

function inTheme(color: string, theme: Theme): Accents {
  const [towards, ground] = theme === 'light' ? ['#000000', '#ffffff'] : ['#ffffff', '#0f1719'];
  for (let share = 0; ; share += STEP) {
    const accent = mix(color, towards, Math.min(1, share));
    const tint = mix(ground, accent, theme === 'light' ? 0.1 : 0.2);
    const ink = theme === 'light' ? '#ffffff' : '#0f1719';
    const isFit = [...GROUNDS[theme], tint, ink].every((other) => contrast(accent, other) >= LEAST);
    if (isFit || share >= 1) return { accent, strong: mix(accent, towards, 0.3), ink, tint };
  }
}

/** Whether a color must be changed to be readable, on light pages and on dark ones. */
export function judgeColor(color: string): {
  light: string;
  dark: string;
  isDarker: boolean;
  isLighter: boolean;
} {
  const { light, dark } = accentsOf(color);
  return {
    light: light.accent,
    dark: dark.accent,
    isDarker: light.accent !== color,
    isLighter: dark.accent !== color,
  };
}

/** A style sheet that replaces Slotbell's color with the school's; linked after tokens.css. */
export function colorSheet(color: string): string {
  const { light, dark } = accentsOf(color);
  const roles = ({ accent, strong, ink, tint }: Accents) =>
    `--accent:${accent};--accent-strong:${strong};--accent-ink:${ink};--accent-tint:${tint}`;
  return [
    `:root,[data-bs-theme='light']{${roles(light)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-bs-theme='light']){${roles(dark)}}}`,
    `[data-bs-theme='dark']{${roles(dark)}}\n`,
  ].join('\n');
}

/** WCAG 2.2, "contrast ratio", 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = partsOf(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param share of the second color, 0 to 1 */
function mix(one: string, other: string, share: number): string {
  const theirs = partsOf(other);
  const mixed = partsOf(one).map((part, at) => Math.round(part + ((theirs[at] ?? 0) - part) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function partsOf(color: string): number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}
