import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Contact } from '../../server/models/contact.js';
import { Section } from '../../server/models/section.js';
import type { FileFormat } from '../../server/models/account.js';
import { ROOT } from '../../server/root.js';
import type { Contents } from '../support/roster-files/files.js';
import { openSchool, take as takeInto, type FileSchool } from '../support/roster-files/school.js';

const CASES = pathToFileURL(path.join(ROOT, 'test/roster-files/cases/'));

async function caseOf(start: string): Promise<Contents> {
  const folder = (await readdir(CASES)).find((name) => name.startsWith(start)) ?? '';
  const names = await readdir(new URL(`${folder}/`, CASES));
  const read = names.map(
    async (name) => [name, await readFile(new URL(`${folder}/${name}`, CASES))] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

describe('The cases of other people’s reports', () => {
  let school: FileSchool;
  afterEach(() => school.close());

  const open = async (format: FileFormat) => {
    school = await openSchool(format);
    school.test.setNow(new Date('2026-11-29T15:00:00Z'));
  };

  const take = (contents: Contents) => takeInto(school, contents);

  const students = async () =>
    (await Contact.find({ type: 'student', status: 'active' }).sort({ schoolId: 1 }).lean()).map(
      ({ firstName, lastName }) => `${firstName} ${lastName}`.trim(),
    );
  const search = async (q: string) => {
    const { text } = await school.office.get(`/global-setup/contacts?q=${encodeURIComponent(q)}`);
    return [...text.matchAll(/<th scope="row"><a [^>]*>([^<]*)<\/a>/g)].map(([, name]) => name);
  };

  it('01: a class without a name is called by its id, and that is told', async () => {
    await open('pickatime');
    assert.match((await take(await caseOf('01'))).join('\n'), /2 ClassName: no name cell= became=Math-101/);
    assert.deepEqual((await Section.distinct('name')).sort(), ['Math-101', 'Sci-102']);
  });

  it('02, 03, 08: headers in other words, titles above them and columns without one are told, and nobody is made of them', async () => {
    for (const [start, told] of [
      ['02', /1 StudentID: heading cell=ID became=StudentID/],
      ['03', /1 : above header cell=.* from=1 to=1/],
      ['08', /3 Column 5: no heading/],
    ] as const) {
      await open('pickatime');
      assert.match((await take(await caseOf(start))).join('\n'), told);
      assert.deepEqual((await students()).slice(0, 2), ['Ada Moss', 'Bo Reed'], start);
      await school.close();
    }
  });

  it('02: a header in words that nobody knows is refused, and one that comes again is no person', async () => {
    await open('pickatime');
    const unknown = await take({ 'students.txt': 'Ref\tRufn\tFamil\n1\tAda\tMoss\n2\tBo\tReed\n' });
    assert.match(unknown.join('\n'), /^refused\n1 : unknown header/);
    const single = await take({ 'students.txt': 'Ref\tRufn\tFamil\n1\tAda\tMoss\n' });
    assert.match(single.join('\n'), /^refused\n1 : unknown header/);
    const again = await take({
      'students.txt':
        'StudentID\tFirst\tLast\n1\tAda\tMoss\nStudentID\tFirst\tLast\n2\tBo\tReed\nStudentID\tLast\tFirst\n3\tLow\tCy\n',
    });
    assert.match(again.join('\n'), /3 : header again[^]*5 : header moved/);
    assert.deepEqual(await students(), ['Ada Moss', 'Bo Reed', 'Cy Low']);
  });

  it('05, 12: ids guarded from a spreadsheet are unwrapped, those that it spoilt are refused', async () => {
    await open('pickatime');
    assert.match((await take(await caseOf('05'))).join('\n'), /formula text cell=="00101" became=00101/);
    assert.deepEqual(await Contact.distinct('schoolId', { type: 'student' }), ['00101', '00102']);
    const told = await take(await caseOf('12'));
    assert.equal(told[0], 'empty');
    assert.equal(told.filter((line) => /id changed by Excel cell=\d,\d+E\+1\d$/.test(line)).length, 3);
    const day = await take({ 'students.txt': 'StudentID\tFirst\tLast\n1/3/2026\tCy\tLow\n' });
    assert.match(day.join('\n'), /^empty\n2 StudentID: id changed by Excel cell=1\/3\/2026/);
    await take({ 'students.txt': "StudentID\tFirst\tLast\n'00103\tCy\tLow\n" });
    assert.ok((await Contact.distinct('schoolId')).includes('00103'));
  });

  it('07: what stands for nothing is blank, told once a column', async () => {
    await open('pickatime');
    const told = await take(await caseOf('07'));
    assert.equal(told.length, 3, told.join('\n'));
    assert.equal(await Contact.countDocuments({ securityValue: { $gt: '' } }), 0);
    assert.deepEqual(await Contact.distinct('email', { type: 'teacher' }), ['']);
  });

  it('09: a stray quotation mark is told with its line, and takes nobody along', async () => {
    await open('pickatime');
    assert.match((await take(await caseOf('09'))).join('\n'), /^3 : stray quotation mark/);
    assert.equal((await students()).length, 7);
  });

  it('11, 22: UTF-16 without a mark is known, and one bad byte changes one letter', async () => {
    await open('pickatime');
    assert.deepEqual(await take(await caseOf('11')), []);
    assert.deepEqual(await students(), ['Ada Moss', 'Bo Reed']);
    assert.match((await take(await caseOf('22'))).join('\n'), /^4 : letters of another encoding count=1/);
    assert.deepEqual(await students(), ['José Muñoz', 'Zoë Grüßer', 'René Low']);
  });

  it('13, 30: hidden letters go, and addresses are repaired', async () => {
    await open('pickatime');
    await take(await caseOf('13'));
    const [p1, p2] = await Contact.find({ type: 'guardian' }).sort({ email: -1 }).lean();
    assert.deepEqual([p1?.email, p2?.email], ['mo@home.example', 'li@home.example']);
    assert.deepEqual([p1?.relations.length, p2?.relations.length], [1, 1]);
    const told = await take(await caseOf('30'));
    assert.match(told.join('\n'), /3 Email: several addresses[^]*4 Email: address repaired/);
    assert.deepEqual(await Contact.distinct('email', { type: 'guardian' }), [
      'ka@home.example',
      'li@home.example',
      'mo@home.example',
      'no.hay@home.example',
    ]);
  });

  it('14: one name is enough', async () => {
    await open('pickatime');
    assert.deepEqual(await take(await caseOf('14')), []);
    assert.deepEqual(await students(), ['Suharni', 'Wayan']);
  });

  it('31: everybody is found by the letters one can type', async () => {
    await open('pickatime');
    await take(await caseOf('31'));
    for (const [typed, name] of [
      ['o’brien', 'Maeve O&#39;Brien'],
      ["o'brien", 'Maeve O&#39;Brien'],
      ['jones', 'Anne-Marie Smith-Jones'],
      ['lukasz', 'Łukasz Østergård'],
      ['ostergard', 'Łukasz Østergård'],
      ['masri', 'Noor Al-Masri'],
      ['isik', 'İpek Işık'],
    ])
      assert.deepEqual(await search(typed ?? ''), [name], typed);
    assert.equal((await search('grusser')).length, 1);
  });

  it('40: whoever may stand behind a row without an id stays, and stays in the class', async () => {
    await open('clever-csv');
    const files = await caseOf('40');
    const whole = String(files['students.csv']).replace('S1,,00003', 'S1,00003,00003');
    await take({ ...files, 'students.csv': whole });
    const told = await take(files);
    assert.match(told.join('\n'), /4 Student_id: empty/);
    assert.equal((await students()).length, 12);
    for (const { studentIds } of await Section.find().lean()) assert.equal(studentIds.length, 12);
  });

  it('42: ids that lost their zeros are known again where that names one child, and told', async () => {
    await open('clever-csv');
    assert.match((await take(await caseOf('42'))).join('\n'), /lost zeros cell=1 became=00001 count=24 /);
    for (const { studentIds } of await Section.find().lean()) assert.equal(studentIds.length, 12);
  });

  it('44: a value given in any row of a person is kept', async () => {
    await open('clever-csv');
    await take(await caseOf('44'));
    const mia = await Contact.findOne({ lastName: 'Mia Moss' }).orFail().lean();
    assert.deepEqual([mia.email, mia.relations.length], ['mia@moss.example', 2]);
    assert.equal((await Contact.findOne({ lastName: 'Ria Reed' }).orFail().lean()).email, '');
  });

  it('51: a class stands in all its terms, and who is over does not count', async () => {
    await open('oneroster');
    assert.deepEqual(await take(await caseOf('51')), []);
    const sections = await Section.find().sort({ 'record.id': 1 }).lean();
    assert.deepEqual(
      sections.map(({ term, otherTerms, teacherIds, studentIds }) => [
        term,
        otherTerms,
        teacherIds,
        studentIds,
      ]),
      [
        ['term:q2', ['term:q1'], ['user:t1'], ['user:u1', 'user:u3']],
        ['term:q2', [], ['user:t2'], ['user:u2']],
        ['term:q1', [], ['user:t2'], []],
      ],
    );
  });
});
