import assert from 'node:assert/strict';
import { RosterRun } from '../../server/models/roster-run.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { UploadChunk } from '../../server/models/upload-chunk.js';
import { CLEVER_FILES, PICKATIME_FILES, type Contents } from '../support/roster-files/files.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { withFullDisk } from '../support/full-disk.js';
import { asApp } from '../support/scans.js';
import { HOME, openSchool, turnOn, upload, type FileSchool } from '../support/roster-files/school.js';

describe('The state of an upload', () => {
  let school: FileSchool;

  beforeEach(async () => {
    school = await openSchool();
  });
  afterEach(() => school.close());

  it('is none where the disk is full: the form says so, and nothing is left', async () => {
    await turnOn(school.account, 'clever-csv');
    const full = await withFullDisk(() => upload(school.office, CLEVER_FILES));
    assert.equal(full.status, 422);
    assert.match(full.text, /data folder: its disk is full\. Tell whoever hosts Slotbell/);
    assert.equal(await RosterUpload.countDocuments(), 0);
    assert.deepEqual(await school.leftInTheEnd(), []);
    assert.equal((await upload(school.office, CLEVER_FILES)).status, 303);
  });

  it('says what is missing where columns were misread; with nothing to import there is no preview', async () => {
    await turnOn(school.account, 'clever-csv');
    const header = (name: keyof typeof CLEVER_FILES) => `${CLEVER_FILES[name].split('\n')[0] ?? ''}\n`;
    const noSections = await upload(school.office, {
      ...CLEVER_FILES,
      'sections.csv': header('sections.csv'),
      'enrollments.csv': header('enrollments.csv'),
    });
    const doubtful = await school.office.get(String(noSections.headers.location));
    assert.match(
      doubtful.text,
      /There are no sections in these files\. To fix this, check that your export includes them, then upload all files again\./,
    );
    assert.match(doubtful.text, /status-notice">Needs attention/);
    assert.match(doubtful.text, /Sections<\/th>\s*<td[^>]*>0</);
    assert.match(doubtful.text, /No problems<\/h2>/);
    assert.match(doubtful.text, /Removed/);
    assert.doesNotMatch(doubtful.text, /To be removed|Open the preview/);
    assert.match(doubtful.text, /Preview the import/);
    const shifted = await upload(school.office, {
      ...CLEVER_FILES,
      'students.csv': `${header('students.csv')}11,S1,N11,,,Ana\n`,
      'teachers.csv': `${header('teachers.csv')}T1,S1,N1,,Pat,Lee\n`,
      'sections.csv': `${header('sections.csv')}C1,S1,T1\n`,
    });
    const address = String(shifted.headers.location);
    const nothing = await school.office.get(address);
    assert.match(
      nothing.text,
      /There are no sections, students, or teachers in these files\. To fix this, fix the problems listed below, then upload all files again\./,
    );
    assert.match(nothing.text, /status-danger">Nothing to import/);
    assert.doesNotMatch(nothing.text, /Preview the import|If not in the files/);
    assert.doesNotMatch(nothing.text, /class="pager"/);
    const list = await school.office.get(HOME);
    assert.ok(
      list.text.indexOf('id="uploads"') < list.text.indexOf('id="kinds"'),
      'uploads stand below the form',
    );
    assert.match(list.text, /status-danger">Nothing to import[\s\S]*status-notice">Needs attention/);
    assert.doesNotMatch(list.text, /status-ok">Ready/);
    const preview = await school.office.post(`${address}/preview`, {}, HOME);
    assert.equal(preview.headers.location, address);
    assert.equal(await RosterRun.countDocuments(), 0);
    assert.equal(await UploadChunk.countDocuments({ upload: address.split('/').at(-1) }), 0);
  });

  it('needs attention where more than half of the rows have a problem, and not where a file of pickAtime’s is left out', async () => {
    await turnOn(school.account, 'pickatime');
    const stateOf = async (files: Contents) => {
      const { headers } = await upload(school.office, files);
      return /class="status [^"]*">([^<]+)/.exec(
        (await school.office.get(String(headers.location))).text,
      )?.[1];
    };
    assert.equal(await stateOf({ 'students.txt': '1\tA\tB\n2\t\t\n3\t\t\n' }), 'Needs attention');
    assert.equal(await stateOf({ 'students.txt': '1\tA\tB\n2\t\t\n' }), 'Ready');
    assert.equal(await stateOf({ 'students.txt': '1\tA\tB\tdelete\n' }), 'Ready');
    assert.equal(await stateOf({ 'parents.txt': 'P1\tA\tB\n' }), 'Ready');
    assert.equal(await stateOf({ 'enrollment.txt': '1\tC1\n' }), 'Nothing to import');
  });

  it('is cut off where its process was ended while it read', async () => {
    await turnOn(school.account, 'pickatime');
    const address = String((await upload(school.office, PICKATIME_FILES)).headers.location);
    await RosterUpload.updateOne({}, { $set: { state: 'reading', stored: false } });
    assert.match((await school.office.get(address)).text, /status-busy">Reading/);
    school.test.setNow(new Date(Date.now() + 20 * 60_000));
    const page = await school.office.get(address);
    assert.match(page.text, /status-danger">Cut off/);
    assert.match(page.text, /nothing was saved\. Upload them again/);
    assert.match((await school.office.get(HOME)).text, /status-danger">Cut off/);
  });

  it('says that a newer one took its place, and asks before the older one is applied over it', async () => {
    await turnOn(school.account, 'pickatime');
    const { deps } = school.test;
    const at = (hour: number) => school.test.setNow(new Date(Date.UTC(2026, 10, 24, hour)));
    const add = async (files: Contents) => String((await upload(school.office, files)).headers.location);
    const pressPreview = async (address: string) => {
      const started = await school.office.post(`${address}/preview`, {}, HOME);
      const home = String(started.headers.location);
      await asApp(() => runRoster(deps, home.split('/').at(-1) ?? '', new AbortController().signal));
      return home;
    };
    const states = async () =>
      [...(await school.office.get(HOME)).text.matchAll(/data-label="State">\s*<span[^>]*>([^<]+)/g)].map(
        ([, word]) => word,
      );
    at(15);
    const older = await add(PICKATIME_FILES);
    const preview = await pressPreview(older);
    assert.doesNotMatch((await school.office.get(preview)).text, /newer upload/);
    assert.ok(
      (await school.office.get(older)).text.includes(`href="${preview}">Open the preview requested on`),
    );
    at(16);
    await add({ 'enrollment.txt': '9\tC9\n' });
    assert.deepEqual(await states(), ['Nothing to import', 'Ready']);
    at(17);
    const newer = await add({ 'students.txt': '1003\tCy\tFox\n' });
    assert.deepEqual(await states(), ['Ready', 'Nothing to import', 'Replaced by a newer upload']);
    const page = await school.office.get(older);
    assert.match(
      page.text,
      /There’s a newer upload, [^<]*11:00 AM\. Importing this older one replaces newer data with older/,
    );
    assert.ok(page.text.includes(`href="${newer}">Open the newer upload`));
    assert.match(page.text, /Preview this older upload/);
    assert.doesNotMatch(page.text, /btn-primary/);
    await school.office.post(`${await pressPreview(newer)}/apply`, {}, HOME);
    const apply = await RosterRun.findOne({ purpose: 'apply' }).orFail().lean();
    await asApp(() => runRoster(deps, apply._id.toHexString(), new AbortController().signal));
    assert.deepEqual(await states(), ['Imported', 'Nothing to import', 'Replaced by a newer import']);
    assert.match(
      (await school.office.get(preview)).text,
      /A newer upload has been imported\. Applying this one replaces newer data with older\./,
    );
    const asked = await school.office.post(`${preview}/apply`, {}, HOME);
    assert.equal(asked.headers.location, `${preview}/apply`);
    assert.equal(await RosterRun.countDocuments({ purpose: 'apply' }), 1);
    assert.match((await school.office.get(`${preview}/apply`)).text, /A newer upload has been imported/);
    await school.office.post(`${preview}/apply`, { sure: 'yes' }, HOME);
    assert.equal(await RosterRun.countDocuments({ purpose: 'apply' }), 2);
  });

  it('says of many problems where most of them are, and counts removals where there are some', async () => {
    await turnOn(school.account, 'pickatime');
    const nameless = Array.from({ length: 25 }, (_, index) => `${String(index)}\t\t`).join('\n');
    const many = await upload(school.office, {
      'students.txt': `${nameless}\n98\tA\tB\tdelete\n`,
      'classes.txt': 'C1\tT1\tMath\n',
      'lunch.txt': 'x',
    });
    const page = await school.office.get(String(many.headers.location));
    assert.match(
      page.text,
      /Most often: Last in students\.txt \(25\), lunch\.txt \(1\), TeacherID in classes\.txt \(1\)\./,
    );
    assert.match(page.text, /To be removed<\/th>/);
    const few = await upload(school.office, { 'students.txt': '1\t\t\n2\tA\tB\n' });
    assert.doesNotMatch((await school.office.get(String(few.headers.location))).text, /Most often/);
  });
});
