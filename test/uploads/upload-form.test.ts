import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { PASSWORD } from '../support/app.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { PICKATIME_FILES } from '../support/roster-files/files.js';
import { HOME, openSchool, type FileSchool } from '../support/roster-files/school.js';

describe('the form of an upload in a browser', function () {
  let school: FileSchool;
  let server: Server;

  before(async () => {
    school = await openSchool('pickatime');
    server = school.test.app.listen(0);
    await once(server, 'listening');
  });
  after(async () => {
    server.close();
    await school.close();
  });

  it('says at once that the files are on their way, and is sent once', async () => {
    const browser = await launchBrowser();
    try {
      const page = await openPage(browser, { width: 390 });
      const home = `http://localhost:${String((server.address() as AddressInfo).port)}`;
      await page.goto(`${home}/login`);
      await page.fill('[name=email]', school.administrator.email);
      await page.fill('[name=password]', PASSWORD);
      await Promise.all([
        page.waitForURL((url) => url.pathname !== '/login'),
        page.press('[name=password]', 'Enter'),
      ]);
      await page.goto(`${home}${HOME}`);
      const files = Object.entries(PICKATIME_FILES).map(([name, text]) => ({
        name,
        mimeType: 'text/plain',
        buffer: Buffer.from(text),
      }));
      await page.setInputFiles('#f-files', files);
      const pressed = await page.evaluate<[string, boolean][]>(`(() => {
        const button = document.querySelector('#upload button.btn-primary');
        const seen = [];
        addEventListener('submit', (event) =>
          seen.push([document.querySelector('#upload [role=status]')?.textContent, event.defaultPrevented]),
        );
        button.click();
        button.click();
        return seen;
      })()`);
      const said = 'Uploading and checking. A large roster takes up to a minute. Leave this page open.';
      assert.deepEqual(pressed, [
        [said, false],
        [said, true],
      ]);
      await page.waitForURL(/uploads\/[0-9a-f]{24}$/);
      assert.equal(await RosterUpload.countDocuments(), 1);
    } finally {
      await browser.close();
    }
  });
});
