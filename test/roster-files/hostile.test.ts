import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import type { FileFormat } from '../../server/models/account.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { RosterUpload, type UploadProblem } from '../../server/models/roster-upload.js';
import { applyRefresh } from '../../server/review/run/apply-run.js';
import { pathOfRefresh } from '../../server/runs/show/queries.js';
import { sayFileProblem, type Fault } from '../../server/tables/say-file-problem.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { startFilePreview } from '../../server/uploads/start-preview.js';
import { readFiles, shortly, type ReadFiles } from '../support/roster-files/files.js';
import { HEADERS_AND_CELLS, LETTERS_AND_TIES } from '../support/roster-files/hostile-cases.js';
import { WHOLE, type Hostile } from '../support/roster-files/hostile-files.js';
import { openSchool, upload, type FileSchool } from '../support/roster-files/school.js';
import { tiesHere } from '../support/roster-files/ties-here.js';
import { asApp } from '../support/scans.js';
import { findSentences } from '../support/sentences.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

const CASES = [...HEADERS_AND_CELLS, ...LETTERS_AND_TIES];

function verdictOf({ ok, problems }: ReadFiles): Hostile['verdict'] {
  if (!ok) return 'asked';
  if (problems.length === 0) return 'as is';
  return problems.some(({ fault }) => isLeftOut(fault)) ? 'left out' : 'told';
}

/** Faults for which a row, or what it ties, is left out, and nobody leaves. */
const HELD =
  'empty;cut off;unknown action;unknown status;id changed by Excel;several ids in a row;not a name;total;too many values;unknown class role;no role;looks like others;swallowed lines;no rows'.split(
    ';',
  ) as Fault['code'][];
function isLeftOut(fault: Fault): boolean {
  if ('lost' in fault) return fault.lost !== 'term' && fault.lost !== 'value';
  return HELD.includes(fault.code);
}

/** A page's markup with its characters as people read them. */
const readable = (markup: string): string =>
  markup
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const studentsOf = ({ roster }: ReadFiles): string[] =>
  roster
    .people('students')
    .map(({ id, name, slotbell }) =>
      `${id} ${name?.first ?? ''} ${name?.last ?? ''} ${slotbell?.securityValue ?? ''}`.trimEnd(),
    );

describe('roster files of a hurried office', () => {
  it('are a hundred and more', () => {
    assert.ok(CASES.length >= 100, String(CASES.length));
  });

  for (const { kind, name, format, files, verdict, says, students } of CASES)
    it(`${kind} ${format}: ${name}: ${verdict}`, async () => {
      const read = await readFiles(format, files);
      const lines = shortly(read).join('\n');
      assert.equal(verdictOf(read), verdict, lines);
      if (says) assert.match(lines, says);
      if (students) assert.deepEqual(studentsOf(read), students, lines);
    });
});

/** Kinds about whole rosters, in which a mistake could make somebody leave. */
const WORST =
  `40 clever-csv a student without an id;40 clever-csv an enrollment of no class;40 clever-csv a student of no school
42 clever-csv enrollments with other ids;42 clever-csv columns that changed places;42 clever-csv no enrollments
42 clever-csv teachers with other ids;14 clever-csv a middle name alone;09 clever-csv a comma that splits a name
40 oneroster a user called NULL;40 oneroster an enrollment of N/A;40 oneroster a school without an id
42 oneroster roles in other words;42 oneroster no enrollments;51 oneroster a role that nobody knows
51 oneroster a file that is “full”;51 oneroster terms of nowhere;51 oneroster a lost term`
    .split(/[;\n]/)
    .map((of) => CASES.find(({ kind, format, name }) => `${kind} ${format} ${name}` === of) ?? of);

describe('the worst of them, uploaded, previewed and applied', () => {
  let school: FileSchool;
  const taken = new Map<FileFormat, { opened: FileSchool; snapshot: Snapshot }>();
  after(() => Promise.all([...taken.values()].map(({ opened }) => opened.close())));

  const work = async (run: Types.ObjectId) => {
    await asApp(() => runRoster(school.test.deps, run.toHexString(), new AbortController().signal));
    const done = await RosterRun.findById(run).orFail().lean();
    assert.equal(done.state, 'done');
    return done;
  };
  /** @returns the page of the preview, and what is wrong in the files */
  async function take(files: Hostile['files']): Promise<{ page: string; problems: UploadProblem[] }> {
    assert.equal((await upload(school.office, files)).status, 303);
    const { _id } = await RosterUpload.findOne().sort({ createdAt: -1, _id: -1 }).orFail().lean();
    const started = await startFilePreview(school.test.deps, await school.actor(), _id);
    assert.ok(started.ok);
    const preview = await work(started.run);
    const { text } = await school.office.get(pathOfRefresh(preview._id));
    const applied = await applyRefresh(school.test.deps, preview, school.administrator._id);
    assert.ok(applied.ok);
    await work(applied.run);
    assert.deepEqual(await findSentences(), []);
    return { page: readable(text), problems: (await RosterUpload.findById(_id).orFail().lean()).problems };
  }
  async function openWith(format: FileFormat): Promise<void> {
    const known = taken.get(format);
    if (known) {
      await restoreSnapshot(known.snapshot);
      school = known.opened;
      return;
    }
    school = await openSchool(format);
    await take(WHOLE[format]);
    taken.set(format, { opened: school, snapshot: await takeSnapshot() });
  }

  for (const one of WORST)
    it(`${typeof one === 'string' ? one : `${one.kind} ${one.format}: ${one.name}`}: nobody leaves, and the preview tells it`, async () => {
      assert.ok(typeof one !== 'string', 'no such case');
      await openWith(one.format);
      const before = await tiesHere(school.account);
      const { page, problems } = await take(one.files);
      const after = new Set(await tiesHere(school.account));
      assert.deepEqual(
        before.filter((line) => !after.has(line)),
        [],
      );
      if (one.says) assert.match(shortly({ problems }).join('\n'), one.says);
      assert.ok(problems.length > 0);
      for (const words of problems.slice(0, 20).flatMap((each) => sayFileProblem(each, { locale: 'en-US' })))
        assert.ok(page.includes(words), words);
    });

  it('two addresses in one cell are told on the page of the preview as in the report', async () => {
    await openWith('clever-csv');
    const students = String(WHOLE['clever-csv']['students.csv']).replace(
      'ana@example.org',
      'ana@example.org; moss@example.org',
    );
    const { page } = await take({ ...WHOLE['clever-csv'], 'students.csv': students });
    assert.match(page, /1 problem in the files/);
    assert.match(
      page,
      /Student_email has more than one email address, “ana@example\.org; moss@example\.org”/,
    );
    assert.match(page, /href="\/global-setup\/roster-files\/uploads\/[0-9a-f]{24}#problems"/);
  });
});
