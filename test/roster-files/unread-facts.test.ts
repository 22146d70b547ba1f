import assert from 'node:assert/strict';
import type { FileFormat } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { Course } from '../../server/models/course.js';
import { Section } from '../../server/models/section.js';
import { Term } from '../../server/models/term.js';
import { CLEVER_FILES, PICKATIME_FILES, type Contents } from '../support/roster-files/files.js';
import { ONEROSTER_FILES } from '../support/roster-files/oneroster-files.js';
import { openSchool, take, type FileSchool } from '../support/roster-files/school.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

const DEMOGRAPHICS: Contents = {
  ...ONEROSTER_FILES,
  'manifest.csv': String(ONEROSTER_FILES['manifest.csv']).replace('demographics,absent', 'demographics,bulk'),
  'demographics.csv': 'sourcedId,birthDate,sex\nu1,2015-04-05,female\nu2,2017-01-02,male\n',
};

/** Which cells are damaged so that they say nothing about what belongs there. */
const CELLS: [FileFormat, string, Contents, string, RegExp][] = [
  ['clever-csv', 'the grade of a student', CLEVER_FILES, 'students.csv', /(?<=Ana,)4(?=,F)/g],
  ['clever-csv', 'the grade in one of a student’s rows', CLEVER_FILES, 'students.csv', /(?<=Ana,)4(?=,F)/],
  ['clever-csv', 'a birth date', CLEVER_FILES, 'students.csv', /4\/5\/2015/g],
  ['clever-csv', 'the grade of a class', CLEVER_FILES, 'sections.csv', /(?<=001,)4/],
  ['clever-csv', 'a course’s name', CLEVER_FILES, 'sections.csv', /Math(?=,MA4)/],
  ['clever-csv', 'a course’s number', CLEVER_FILES, 'sections.csv', /MA4/],
  ['clever-csv', 'a term’s name', CLEVER_FILES, 'sections.csv', /Fall(?=,8\/1\/2026,12\/20\/2026\nS2)/],
  ['clever-csv', 'a term’s first day in one row', CLEVER_FILES, 'sections.csv', /8\/1\/2026/],
  ['clever-csv', 'a term’s last day in one row', CLEVER_FILES, 'sections.csv', /12\/20\/2026/],
  ['clever-csv', 'all names of terms', CLEVER_FILES, 'sections.csv', /Fall/g],
  ['oneroster', 'the grade of a student', DEMOGRAPHICS, 'users.csv', /(?<=,g1,)04/],
  ['oneroster', 'the school of a student', DEMOGRAPHICS, 'users.csv', /(?<=u1,true,)o1/],
  ['oneroster', 'the school of a teacher', DEMOGRAPHICS, 'users.csv', /(?<=t1,true,)o1/],
  ['oneroster', 'a birth date', DEMOGRAPHICS, 'demographics.csv', /2015-04-05/],
  ['oneroster', 'the grade of a class', DEMOGRAPHICS, 'classes.csv', /(?<=Math,)04/],
  ['oneroster', 'the term of a class', DEMOGRAPHICS, 'classes.csv', /q1/],
  ['oneroster', 'a term’s first day', DEMOGRAPHICS, 'academicSessions.csv', /(?<=q1,Year,term,)2026-08-20/],
  ['oneroster', 'a term’s last day', DEMOGRAPHICS, 'academicSessions.csv', /2027-06-05/],
];

/** Cells of addresses that were cut off, or are longer than any. */
const ADDRESSES: [FileFormat, string, Contents, string, string][] = [
  ['pickatime', 'a parent', PICKATIME_FILES, 'parents.txt', 'eva@example.org'],
  ['pickatime', 'a teacher', PICKATIME_FILES, 'teachers.txt', 'lee@example.org'],
  ['clever-csv', 'a student', CLEVER_FILES, 'students.csv', 'ana@example.org'],
  ['clever-csv', 'a parent', CLEVER_FILES, 'students.csv', 'eva@example.org'],
  ['clever-csv', 'a teacher', CLEVER_FILES, 'teachers.csv', 'lee@example.org'],
  ['oneroster', 'a parent', DEMOGRAPHICS, 'users.csv', 'gus@example.org'],
];

describe('facts in roster files that nobody can read', () => {
  const opened = new Map<Contents, { school: FileSchool; snapshot: Snapshot }>();
  after(() => Promise.all([...opened.values()].map(({ school }) => school.close())));

  async function openWith(format: FileFormat, contents: Contents): Promise<FileSchool> {
    const known = opened.get(contents);
    if (known) {
      await restoreSnapshot(known.snapshot);
      return known.school;
    }
    const school = await openSchool(format);
    await take(school, contents);
    opened.set(contents, { school, snapshot: await takeSnapshot() });
    return school;
  }

  const facts = async () => ({
    people: (await Contact.find().sort({ _id: 1 }).lean()).map(
      ({ record, status, grade, birthDate, schools }) => [
        record?.id,
        status,
        grade,
        birthDate,
        schools.map(String),
      ],
    ),
    sections: (await Section.find().sort({ _id: 1 }).lean()).map(
      ({ record, status, grade, course, term }) => [record.id, status, grade, course, term],
    ),
    terms: (await Term.find().sort({ _id: 1 }).lean()).map(({ record, status, name, start, end }) => [
      record.id,
      status,
      name,
      start,
      end,
    ]),
    courses: (await Course.find().sort({ _id: 1 }).lean()).map(({ record, status, name }) => [
      record.id,
      status,
      name,
    ]),
  });

  for (const [format, what, contents, file, cell] of CELLS)
    for (const [name, spoilt] of [
      ['a formula without a result', '#N/A'],
      ['no date', 'soon'],
    ] as const)
      if (spoilt === '#N/A' || /date|ay/.test(what))
        it(`${format}: ${what}, which is ${name}, leaves what was known, and adds nothing`, async () => {
          const school = await openWith(format, contents);
          const before = await facts();
          const text = String(contents[file]);
          assert.match(text, cell);
          await take(school, { ...contents, [file]: text.replace(cell, spoilt) });
          assert.deepEqual(await facts(), before);
        });

  for (const [format, whose, contents, file, address] of ADDRESSES) {
    const addresses = async () =>
      (await Contact.find({ status: 'active' }).sort({ _id: 1 }).lean()).map(({ _id, lastName, email }) =>
        [_id, lastName, email].join(' '),
      );
    for (const [name, spoilt] of [
      ['cut off', address.replace('.org', '.')],
      ['far too long', 'x'.repeat(70_000)],
    ] as const)
      it(`${format}: the address of ${whose}, ${name}, leaves the one that is known, and makes nobody new`, async () => {
        const school = await openWith(format, contents);
        const before = await addresses();
        assert.ok(before.some((line) => line.endsWith(address)));
        const told = await take(school, {
          ...contents,
          [file]: String(contents[file]).replaceAll(address, spoilt),
        });
        assert.ok(told.length > 0);
        assert.deepEqual(await addresses(), before);
      });

    it(`${format}: the address of ${whose} that is blank, or said to be none, is none`, async () => {
      const school = await openWith(format, contents);
      await take(school, { ...contents, [file]: String(contents[file]).replaceAll(address, 'none') });
      assert.deepEqual(
        (await addresses()).filter((line) => line.endsWith(address)),
        [],
      );
    });
  }

  it('clever-csv: a term whose dates no row tells comes without them, and classes new to it are in it', async () => {
    const school = await openSchool('clever-csv');
    const text = CLEVER_FILES['sections.csv']
      .replaceAll('8/1/2026', 'soon')
      .replaceAll('12/20/2026', 'later');
    await take(school, { ...CLEVER_FILES, 'sections.csv': text });
    const [term, ...others] = await Term.find().lean();
    assert.deepEqual([term?.name, term?.start, term?.end, others.length], ['Fall', '', '', 0]);
    assert.deepEqual(await Section.distinct('term'), [term?.record.id]);
    await school.close();
  });

  it('clever-csv: a class new to the school takes the term of that name whose dates another row tells', async () => {
    const school = await openSchool('clever-csv');
    await take(school, {
      ...CLEVER_FILES,
      'sections.csv': CLEVER_FILES['sections.csv'].replace('8/1/2026', 'soon'),
    });
    assert.equal(await Term.countDocuments(), 1);
    assert.equal((await Term.findOne().orFail().lean()).start, '2026-08-01');
    assert.equal((await Section.distinct('term')).length, 1);
    await school.close();
  });
});
