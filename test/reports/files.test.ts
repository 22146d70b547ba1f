import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import yauzl from 'yauzl';
import { makeUser, createTestApp, makeAccount, Visitor } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makePerson, makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent, makeSlot } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

/** What a part of an Excel file says. */
async function partOf(file: Buffer, name: string): Promise<string> {
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => {
    yauzl.fromBuffer(file, { lazyEntries: true }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    );
  });
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entry.fileName !== name) {
        zip.readEntry();
        return;
      }
      zip.openReadStream(entry, (error, stream) => {
        if (error) {
          reject(error);
          return;
        }
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      });
    });
    zip.on('end', () => resolve(''));
    zip.readEntry();
  });
}

describe('reports as Excel files', () => {
  let account: Types.ObjectId;
  let visitor: Visitor;
  let path: string;

  beforeEach(async () => {
    await emptyDatabase();
    account = (await makeAccount())._id;
    const event = await makeEvent(account);
    visitor = await new Visitor(createTestApp().app).logIn(await makeUser(account, 'appointment viewer'));
    path = `/reports/${event._id.toHexString()}`;
    const { resource } = await makeTeachingPerson(event, 'Ana <Lee> & Co');
    const student = await makePerson(account, 'student', '=HYPERLINK("http://evil.example") \u0007Zoe');
    const slot = await makeSlot(event, resource, '2026-11-24T17:10');
    await makeAppointment(slot, { students: [student._id], note: '+1\n@SUM(A1)' });
  });

  const fetch = async (name: string): Promise<Buffer> => {
    const answer = await visitor
      .get(`${path}/${name}.xlsx`)
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => {
          done(null, Buffer.concat(parts));
        });
      });
    assert.equal(answer.status, 200);
    assert.match(String(answer.headers['content-type']), /spreadsheetml/);
    assert.match(
      String(answer.headers['content-disposition']),
      new RegExp(`^attachment; filename="?${name}-2026-11-24.xlsx`),
    );
    return answer.body as Buffer;
  };

  it('hold texts as texts, nothing that is run; days and times as such', async () => {
    const file = await fetch('appointments');
    const sheet = await partOf(file, 'xl/worksheets/sheet1.xml');
    const texts = await partOf(file, 'xl/sharedStrings.xml');
    assert.doesNotMatch(sheet, /<f[ >]/, 'no formula');
    const all = `${sheet}${texts}`;
    assert.match(
      all,
      /=HYPERLINK\(&quot;http:\/\/evil\.example&quot;\) Zoe|=HYPERLINK\("http:\/\/evil\.example"\) Zoe/,
    );
    assert.match(all, /Ana &lt;Lee&gt; &amp; Co/);
    // November 24, 2026 in Excel's days, and 5:10 PM as a part of a day.
    assert.match(sheet, /<v>46350<\/v>/);
    assert.match(sheet, /<v>0\.715277/);
    const styles = await partOf(file, 'xl/styles.xml');
    assert.match(styles, /mm\/dd\/yyyy/);
    assert.match(styles, /h:mm AM\/PM/);
  });

  it('are made for every report, several at once, also of an event without anything', async () => {
    const names = ['schedule', 'rooms', 'families', 'unbooked', 'appointments', 'attendance', 'hours'];
    for (const file of await Promise.all(names.map(fetch)))
      assert.match(await partOf(file, 'xl/workbook.xml'), /<sheet /);
    const empty = await makeEvent(account, { name: 'Empty' });
    path = `/reports/${empty._id.toHexString()}`;
    assert.ok((await fetch('schedule')).length > 500);
  });
});
