import { launchBrowser, openPage } from './support/browser.js';
import { readFileSync, mkdirSync } from 'node:fs';
const folder = '/tmp/minor-shots';
const { url, link, out } = JSON.parse(readFileSync(`${folder}/demo.json`, 'utf8'));
const browser = await launchBrowser();
const who = process.argv[2] ?? 'Administrator';
const page = await openPage(browser, { width: 1280 });
if (who !== 'nobody') {
  const [email, password] = out[who].split(' ');
  await page.goto(`${url}/login`);
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await page.click('main button');
  await page.waitForURL((at) => !at.pathname.startsWith('/login'));
}
let event = '';
if (who !== 'Parent') {
  await page.goto(`${url}/events`);
  event = await page.getAttribute('.list-table tbody th a', 'href') ?? '';
}
for (const job of process.argv.slice(3)) {
  // name=path[@w][!dark][#pdf]
  const [, name, path0, w, dark, pdf, full] = /^([\w-]+)=(.*?)(?:@(\d+))?(!dark)?(~pdf)?(~fold)?$/.exec(job)!;
  const path = path0.replace('EVENT', event).replace('LINK', link.replace(url, ''));
  await page.setViewportSize({ width: Number(w ?? 1280), height: 844 });
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await page.goto(url + path);
  if (pdf) { await page.pdf({ path: `${folder}/${name}.pdf`, preferCSSPageSize: true, format: 'Letter' }); }
  else await page.screenshot({ path: `${folder}/${name}.png`, fullPage: !full, animations: 'disabled' });
  const head = await page.evaluate(`(() => { const m = document.querySelector('main'); const first = [...document.querySelectorAll('#results, main table, main .list-table, main form.form, main .stats, main .sheet-frame')][0]; return first ? Math.round(first.getBoundingClientRect().top) : -1; })()`);
  console.log(name, page.url(), 'content at', head);
}
await browser.close();
