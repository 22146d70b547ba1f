import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../server/root.js';

type Roles = Map<string, string>;

const css = readFileSync(path.join(ROOT, 'public/css/tokens.css'), 'utf8');
const light = roles(/:root,\s*\[data-bs-theme='light'\] \{([^}]+)\}/);
const darkBySystem = roles(/:root:not\(\[data-bs-theme='light'\]\) \{([^}]+)\}/);
const darkByChoice = roles(/\n\[data-bs-theme='dark'\] \{([^}]+)\}/);

/** What is written on what, anywhere in the components. */
const TEXT_ON: Record<string, string[]> = {
  ink: ['ground', 'surface', 'line', 'accent-tint', 'notice-tint', 'danger-tint', 'ok-tint'],
  'ink-soft': ['ground', 'surface', 'accent-tint'],
  accent: ['ground', 'surface', 'accent-tint'],
  'accent-strong': ['ground', 'surface', 'accent-tint'],
  'accent-ink': ['accent', 'accent-strong'],
  notice: ['ground', 'surface', 'notice-tint', 'accent-tint'],
  danger: ['ground', 'surface', 'danger-tint', 'accent-tint'],
  'danger-strong': ['danger-tint'],
  'danger-ink': ['danger', 'danger-strong'],
  ok: ['ground', 'surface', 'ok-tint'],
  ground: ['ok'],
};

describe('colour roles', () => {
  it('are the same in the dark theme of the system and in the chosen one', () => {
    assert.deepEqual([...darkByChoice], [...darkBySystem]);
    assert.deepEqual([...darkByChoice.keys()], [...light.keys()]);
  });

  for (const [theme, colours] of Object.entries({ light, dark: darkByChoice })) {
    it(`give text 4.5:1 or more in the ${theme} theme`, () => {
      const faint = Object.entries(TEXT_ON).flatMap(([ink, grounds]) =>
        grounds
          .map((ground) => ({ pair: `${ink} on ${ground}`, ratio: contrast(colours, ink, ground) }))
          .filter(({ ratio }) => ratio < 4.5),
      );
      assert.deepEqual(faint, []);
    });

    it(`give the edges of fields 3:1 or more in the ${theme} theme`, () => {
      for (const ground of ['ground', 'surface']) {
        assert.ok(contrast(colours, 'line-strong', ground) >= 3, `line-strong on ${ground}`);
      }
    });
  }
});

function roles(block: RegExp): Roles {
  const body = block.exec(css)?.[1] ?? '';
  return new Map(
    Array.from(body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g), (found) => [found[1] ?? '', found[2] ?? '']),
  );
}

/** WCAG 2.2, "contrast ratio": (lighter + 0.05) / (darker + 0.05) of the relative luminances. */
function contrast(colours: Roles, one: string, other: string): number {
  const [darker, lighter] = [luminance(colours, one), luminance(colours, other)].sort((a, b) => a - b);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

function luminance(colours: Roles, role: string): number {
  const colour = colours.get(role);
  assert.ok(colour, `there is no role ${role}`);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
