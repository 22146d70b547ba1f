import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import type { FileFormat } from '../../server/models/account.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { applyRefresh } from '../../server/review/run/apply-run.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { startFilePreview } from '../../server/uploads/start-preview.js';
import { asApp } from '../support/scans.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { CLEVER_FILES, PICKATIME_FILES, type Contents } from '../support/roster-files/files.js';
import { ONEROSTER_FILES } from '../support/roster-files/oneroster-files.js';
import { tiesHere } from '../support/roster-files/ties-here.js';
import { openSchool, upload, type FileSchool } from '../support/roster-files/school.js';
import { sayResult } from '../support/say-run.js';

const ROSTERS: Record<FileFormat, Contents> = {
  'clever-csv': CLEVER_FILES,
  pickatime: PICKATIME_FILES,
  oneroster: ONEROSTER_FILES,
};

/** Which cell is damaged: in the first row of the file that the pattern matches. */
const CELLS: [FileFormat, string, string, RegExp][] = [
  ['clever-csv', 'a student', 'students.csv', /(?<=^S2,)12(?=,)/m],
  ['clever-csv', 'a student in all rows', 'students.csv', /(?<=^S1,)11(?=,)/gm],
  ['clever-csv', 'a teacher', 'teachers.csv', /(?<=^S1,)T2/m],
  ['clever-csv', 'a section', 'sections.csv', /(?<=^S2,)C2/m],
  ['clever-csv', 'the teacher of a section', 'sections.csv', /(?<=^S1,C1,)T1/m],
  ['clever-csv', 'a second teacher', 'sections.csv', /(?<=^S1,C1,T1,)T2/m],
  ['clever-csv', 'the student of an enrollment', 'enrollments.csv', /(?<=C1,)11/m],
  ['clever-csv', 'the section of an enrollment', 'enrollments.csv', /(?<=^S2,)C2/m],
  ['pickatime', 'a student', 'students.txt', /^1001/m],
  ['pickatime', 'a teacher', 'teachers.txt', /^T1/m],
  ['pickatime', 'a class', 'classes.txt', /^C1/m],
  ['pickatime', 'the teacher of a class', 'classes.txt', /(?<=^C1\t)T1/m],
  ['pickatime', 'the student of an enrollment', 'enrollment.txt', /^1001/m],
  ['pickatime', 'a parent', 'parents.txt', /^P1/m],
  ['pickatime', 'a parent’s child', 'parent-student.txt', /(?<=^P1\t)1001/m],
  ['oneroster', 'a student', 'users.csv', /^u2/m],
  ['oneroster', 'a teacher', 'users.csv', /^t2/m],
  ['oneroster', 'a guardian', 'users.csv', /^g1/m],
  ['oneroster', 'a student’s guardian', 'users.csv', /g1(?=,04$)/gm],
  ['oneroster', 'a class', 'classes.csv', /^c2/m],
  ['oneroster', 'a term', 'academicSessions.csv', /^q2/m],
  ['oneroster', 'a course', 'courses.csv', /^k2/m],
  ['oneroster', 'the student of an enrollment', 'enrollments.csv', /u2(?=,student)/m],
  ['oneroster', 'the teacher of an enrollment', 'enrollments.csv', /t2(?=,teacher)/m],
  ['oneroster', 'the class of an enrollment', 'enrollments.csv', /(?<=^e5,)c2/m],
];

describe('rows of roster files that do not say whom they are about', () => {
  let school: FileSchool;
  after(() => Promise.all([...taken.values()].map(({ opened }) => opened.close())));

  /** For each format, the school after its good files were taken; each test starts from it. */
  const taken = new Map<FileFormat, { opened: FileSchool; snapshot: Snapshot }>();

  async function openWith(format: FileFormat): Promise<FileSchool> {
    const known = taken.get(format);
    if (known) {
      await restoreSnapshot(known.snapshot);
      return known.opened;
    }
    const opened = await openSchool(format);
    school = opened;
    await take(ROSTERS[format]);
    taken.set(format, { opened, snapshot: await takeSnapshot() });
    return opened;
  }

  const work = async (run: Types.ObjectId) => {
    await asApp(() => runRoster(school.test.deps, run.toHexString(), new AbortController().signal));
    return RosterRun.findById(run).orFail().lean();
  };

  async function take(contents: Contents): Promise<RosterRun> {
    const answer = await upload(school.office, contents);
    assert.equal(answer.status, 303, answer.text);
    const { _id } = await RosterUpload.findOne().sort({ createdAt: -1, _id: -1 }).orFail().lean();
    const started = await startFilePreview(school.test.deps, await school.actor(), _id);
    assert.ok(started.ok);
    const preview = await work(started.run);
    assert.equal(preview.state, 'done', sayResult(preview));
    const applied = await applyRefresh(school.test.deps, preview, school.administrator._id);
    assert.ok(applied.ok);
    return work(applied.run);
  }

  const ties = () => tiesHere(school.account);

  for (const [format, what, file, cell] of CELLS)
    for (const [name, spoilt] of [
      ['blank', ''],
      ['spoilt by a spreadsheet', '1.23E+11'],
      ['of nobody', 'zz99'],
    ] as const)
      // An id that can be read is another record's: it comes in, and the former one is gone. These may be blank.
      if (
        name === 'of nobody'
          ? /^the |second|child|’s guardian/.test(what)
          : spoilt || !/second|’s guardian/.test(what)
      )
        it(`${format}: ${what} whose id is ${name}: nobody is removed, nor taken from anybody`, async () => {
          school = await openWith(format);
          const files = ROSTERS[format];
          const before = await ties();
          const text = String(files[file]);
          assert.match(text, cell);
          await take({ ...files, [file]: text.replace(cell, spoilt) });
          const after = new Set(await ties());
          assert.deepEqual(
            before.filter((line) => !after.has(line)),
            [],
          );
        });

  const enrolled = String(ONEROSTER_FILES['enrollments.csv']);
  const manifest = String(ONEROSTER_FILES['manifest.csv']);
  for (const [format, what, files, left] of [
    [
      'oneroster',
      'changes of enrollments, with no word of a teacher',
      {
        'manifest.csv': manifest.replace('enrollments,bulk', 'enrollments,delta'),
        'enrollments.csv':
          'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\ne3,tobedeleted,2026-11-01,c1,o1,u1,student\n',
      },
      ['section class:c1 user:u1'],
    ],
    [
      'oneroster',
      'changes of enrollments that end those of a teacher',
      {
        'manifest.csv': manifest.replace('enrollments,bulk', 'enrollments,delta'),
        'enrollments.csv':
          'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\ne1,tobedeleted,2026-11-01,c1,o1,t1,teacher\ne9,active,2026-11-01,c1,o1,t2,teacher\n',
      },
      ['section class:c1 user:t1'],
    ],
    [
      'oneroster',
      'roles in a class in words that nobody knows',
      { 'enrollments.csv': enrolled.replaceAll(',student,', ',learner,') },
      [],
    ],
    [
      'oneroster',
      'guardians that a spreadsheet lost',
      { 'users.csv': String(ONEROSTER_FILES['users.csv']).replaceAll('g1,04', '#REF!,04') },
      [],
    ],
    [
      'oneroster',
      'no word of guardians',
      { 'users.csv': String(ONEROSTER_FILES['users.csv']).replaceAll('g1,04', ',04') },
      [],
    ],
    [
      'clever-csv',
      'names of parents that a spreadsheet lost',
      { 'students.csv': CLEVER_FILES['students.csv'].replaceAll('Eva García', '#N/A') },
      [],
    ],
    [
      'clever-csv',
      'ids of parents that a spreadsheet lost',
      { 'students.csv': CLEVER_FILES['students.csv'].replaceAll(',G9', ',#N/A') },
      [],
    ],
    [
      'clever-csv',
      'a comma too many, so that the parent stands in other columns',
      { 'students.csv': CLEVER_FILES['students.csv'].replace('S1,12,N12,García,,Leo,', '$&Jr,') },
      [],
    ],
  ] as const)
    it(`${format}: ${what}: nobody leaves who is not said to`, async () => {
      school = await openWith(format);
      const before = await ties();
      await take({ ...ROSTERS[format], ...files });
      const after = new Set(await ties());
      assert.deepEqual(
        before.filter((line) => !after.has(line)),
        left,
      );
    });

  it('an id that two students share: the one whom the second row may be about stays', async () => {
    school = await openWith('clever-csv');
    const before = await ties();
    const students = CLEVER_FILES['students.csv'].replace(/^(S\d),12,N12/gm, '$1,11,N12');
    await take({ ...CLEVER_FILES, 'students.csv': students });
    const after = new Set(await ties());
    assert.deepEqual(
      before.filter((line) => !after.has(line)),
      [],
    );
  });
});
