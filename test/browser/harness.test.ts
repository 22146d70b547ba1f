import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { axeViolations, hasSystemChromium, launchBrowser, openPage } from '../support/browser.js';

const good = `<!doctype html><html lang="en"><title>Times</title><main><h1>Times</h1>
  <label>Name <input name="name"></label><img src="http://example.com/outside.png" alt="School"></main></html>`;
const bad = `<!doctype html><html lang="en"><title>Times</title><main><h1>Times</h1>
  <input name="name"><p style="color:#ccc;background:#fff">Pale</p></main></html>`;

for (const system of hasSystemChromium ? [true, false] : [false])
  describe(`browser harness (${system ? "the system's Chromium" : 'Chromium from npm'})`, () => {
    let browser: Browser;
    let server: Server;
    let origin: string;

    before(async () => {
      server = createServer((request, response) => {
        response.setHeader('content-type', 'text/html');
        // Scripts are blocked as on the app's own pages: axe must run all the same.
        response.setHeader('content-security-policy', "script-src 'self'");
        response.end(request.url === '/bad' ? bad : good);
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      browser = await launchBrowser(system);
    });

    after(async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    });

    it('a page with an unlabelled field and pale text has two violations, each naming its element', async () => {
      const page = await openPage(browser, { width: 390 });
      await page.goto(`${origin}/bad`);
      const violations = await axeViolations(page);
      await page.close();
      assert.equal(violations.length, 2);
      assert.match(violations.join('\n'), /color-contrast: p: .*\n?label: input/);
    });

    it('a good page has none', async () => {
      const page = await openPage(browser, { width: 1280, dark: true });
      await page.goto(origin);
      assert.deepEqual(await axeViolations(page), []);
      assert.equal(await page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`), true);
      await page.close();
    });

    it('a request beyond loopback fails', async () => {
      const page = await openPage(browser, { width: 390 });
      const failed = page.waitForEvent('requestfailed');
      await page.goto(origin);
      assert.equal((await failed).url(), 'http://example.com/outside.png');
      for (const outside of ['http://example.com/', 'http://192.0.2.1/', 'http://[2001:db8::1]/'])
        await assert.rejects(page.goto(outside), /ERR_NAME_NOT_RESOLVED/, outside);
      await page.close();
    });

    it('text has its glyphs, so screenshots are readable', async () => {
      const page = await openPage(browser, { width: 390 });
      await page.setContent('<span>iiiiii</span><br><span>WWWWWW</span>');
      const [narrow, wide] = await Promise.all(
        [0, 1].map(async (at) => (await page.locator('span').nth(at).boundingBox())?.width ?? 0),
      );
      await page.close();
      assert.ok(narrow! > 0 && wide! > 2 * narrow!, `${narrow!} ${wide!}`);
    });
  });
