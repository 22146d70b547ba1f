import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FILE_FORMATS, type FileFormat } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { sayFileProblem } from '../../server/tables/say-file-problem.js';
import { zipOf, type Contents } from '../support/roster-files/files.js';
import { WHOLE } from '../support/roster-files/hostile-files.js';
import { ENCODINGS, oddBytes, ODDITIES, type OddFile } from '../support/roster-files/odd-bytes.js';
import { openSchool, take, type FileSchool } from '../support/roster-files/school.js';
import { tiesHere } from '../support/roster-files/ties-here.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { runs } from '../support/seed.js';

const RUNS = runs(20);

const odd: fc.Arbitrary<OddFile> = fc.record({
  encoding: fc.constantFrom(...ENCODINGS),
  oddities: fc.subarray([...ODDITIES], { minLength: 0, maxLength: 2 }),
});
const upload = fc.record({
  file: fc.nat(10),
  all: fc.boolean(),
  odd,
  at: fc.nat(5),
  zipped: fc.constantFrom('no', 'no', 'a zip', 'a zip in a zip'),
});

describe('roster files in any encoding, with anything odd in them', () => {
  for (const format of FILE_FORMATS)
    describe(format, () => {
      let school: FileSchool;
      let base: Snapshot;
      let ties: string[];
      let names: string[];
      let facts: Map<string, Facts>;
      const files = withAccents(format);

      before(async () => {
        school = await openSchool(format);
        assert.deepEqual(await take(school, files), []);
        base = await takeSnapshot();
        [ties, names] = [await tiesHere(school.account), await namesHere()];
        facts = await factsHere();
      });
      after(() => school.close());

      it('are read as they are meant or said to be wrong, by file; nobody is removed because of it', async () => {
        let plain = 0;
        await fc.assert(
          fc.asyncProperty(upload, async ({ file, all, odd: how, at, zipped }) => {
            await restoreSnapshot(base);
            const changed: Contents = {};
            const chosen = Object.keys(files)[file % Object.keys(files).length];
            for (const [name, text] of Object.entries(files))
              changed[name] = all || name === chosen ? await oddBytes(name, text, how, at) : text;
            const zip = zipped === 'no' ? undefined : await zipOf(changed);
            const sent = zip
              ? { 'roster.zip': zipped === 'a zip' ? zip : await zipOf({ 'inner.zip': zip }) }
              : changed;
            const told = await take(school, sent);
            const after = new Set(await tiesHere(school.account));
            assert.deepEqual(
              ties.filter((line) => !after.has(line)),
              [],
              told.join('\n'),
            );
            assert.deepEqual(await blanksSince(facts), [], told.join('\n'));
            if (told.length === 0) {
              plain += 1;
              assert.deepEqual([[...after].sort(), await namesHere()], [[...ties].sort(), names]);
            }
            const { problems } = await RosterUpload.findOne().sort({ _id: -1 }).orFail().lean();
            const known = new Set([...Object.keys(files), 'roster.zip', 'inner.zip']);
            for (const problem of problems) {
              assert.ok(known.has(problem.file), problem.file);
              for (const words of sayFileProblem(problem, { locale: 'en-US' }))
                assert.match(words, /^\P{Cc}+[.?]$/u, words);
            }
          }),
          { numRuns: RUNS },
        );
        assert.ok(plain > RUNS / 8, String(plain));
      });
    });
});

/** Letters that all of the encodings have. */
function withAccents(format: FileFormat): Record<string, string> {
  return Object.fromEntries(
    Object.entries(WHOLE[format]).map(([name, text]) => [
      name,
      String(text).replaceAll('Moss', 'Möss').replaceAll('Lund', 'Lündé').replaceAll('Lee', 'Lée'),
    ]),
  );
}

async function namesHere(): Promise<string[]> {
  const here = await Contact.find({ status: 'active' }).lean();
  return here
    .map(({ record, firstName, lastName, email }) => [record?.id, firstName, lastName, email].join(' '))
    .sort();
}

type Facts = Record<string, unknown>;

const FACTS = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'grade',
  'birthDate',
  'schoolId',
  'title',
  'room',
  'securityValue',
];

async function factsHere(): Promise<Map<string, Facts>> {
  const here = await Contact.find({ status: 'active' }).lean();
  return new Map(here.map((one) => [String(one._id), one as unknown as Facts]));
}

/** What was known of people and is blank now. */
async function blanksSince(before: Map<string, Facts>): Promise<string[]> {
  const now = await factsHere();
  return [...before].flatMap(([id, facts]) =>
    FACTS.filter((fact) => facts[fact] && !now.get(id)?.[fact]).map(
      (fact) => `${String(facts.lastName)}: ${fact}`,
    ),
  );
}
