import assert from 'node:assert/strict';
import { RosterRun } from '../../server/models/roster-run.js';
import { UploadChunk } from '../../server/models/upload-chunk.js';
import { CLEVER_FILES, type Contents } from './files.js';
import { HOME, openSchool, turnOn, upload, type FileSchool } from './school.js';

describe('The state of an upload', () => {
  let school: FileSchool;

  beforeEach(async () => {
    school = await openSchool();
  });
  afterEach(() => school.close());

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
      /These files hold no sections: check that your export holds them, then upload all of them again\./,
    );
    assert.match(doubtful.text, /status-notice">Needs attention/);
    assert.match(doubtful.text, /Sections<\/th>\s*<td[^>]*>0</);
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
      /These files hold no sections, students or teachers: put right what is listed below, then upload all of them again\./,
    );
    assert.match(nothing.text, /status-danger">Nothing to import/);
    assert.doesNotMatch(nothing.text, /Preview the import/);
    const list = await school.office.get(HOME);
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
    assert.equal(await stateOf({ 'students.txt': '1\tA\tB\n2\tC\t\n3\tD\t\n' }), 'Needs attention');
    assert.equal(await stateOf({ 'students.txt': '1\tA\tB\n2\tC\t\n' }), 'Ready');
    assert.equal(await stateOf({ 'students.txt': '1\tA\tB\tdelete\n' }), 'Ready');
    assert.equal(await stateOf({ 'parents.txt': 'P1\tA\tB\n' }), 'Ready');
    assert.equal(await stateOf({ 'enrollment.txt': '1\tC1\n' }), 'Nothing to import');
  });
});
