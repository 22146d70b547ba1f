import assert from 'node:assert/strict';
import { LIMITS } from '../../server/tables/reading.js';
import {
  CLEVER_FILES,
  PICKATIME_FILES,
  readFiles,
  shortly,
  zipOf,
  type Contents,
} from '../support/roster-files/files.js';

const inFolder = (folder: string, files: Contents): Contents =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}${name}`, content]));

describe('roster files in a zip', () => {
  it('are read in place, in whatever folder they lie', async () => {
    const plain = await readFiles('clever-csv', CLEVER_FILES);
    const zip = await zipOf({
      ...inFolder('export/2026/', CLEVER_FILES),
      '__MACOSX/export/._students.csv': 'x',
      'export/readme.pdf': 'x',
    });
    const read = await readFiles('clever-csv', { 'roster.zip': zip });
    assert.deepEqual(shortly(read), []);
    assert.deepEqual(read.roster.lists, plain.roster.lists);
    assert.deepEqual(read.files, plain.files);
  });

  it('with a name that leads out of it are refused', async () => {
    const zip = await zipOf(CLEVER_FILES);
    const evil = Buffer.from(zip.toString('latin1').replaceAll('sections.csv', '../tions.csv'), 'latin1');
    const read = await readFiles('clever-csv', { 'roster.zip': evil });
    assert.deepEqual([read.ok, shortly(read)], [false, ['roster.zip:0 : zip unreadable']]);
  });

  it('that would be far larger unzipped is refused before a byte of it is inflated', async () => {
    const zip = await zipOf({ ...CLEVER_FILES, 'staff.csv': Buffer.alloc(201_000_000, 'a') });
    assert.ok(zip.length < 1_000_000);
    const read = await readFiles('clever-csv', { 'roster.zip': zip });
    assert.deepEqual([read.ok, shortly(read)], [false, ['roster.zip:0 : zip too large most=200000000']]);
  });

  it('that hides its size is stopped at what it claims', async () => {
    const zip = await zipOf({ 'students.txt': Buffer.alloc(5_000_000, 'a') });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(5_000_000);
    const lie = Buffer.alloc(4);
    lie.writeUInt32LE(100);
    const lying = Buffer.from(
      zip.toString('latin1').replaceAll(size.toString('latin1'), lie.toString('latin1')),
      'latin1',
    );
    const read = await readFiles('pickatime', { 'roster.zip': lying });
    assert.equal(read.ok, false);
    assert.match(shortly(read)[0] ?? '', /: zip damaged$/);
  });

  it('with too many files, damaged, or no zip at all, is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`${String(index)}.csv`, '']));
    const crowded = await readFiles('clever-csv', { 'roster.zip': await zipOf(many) });
    assert.match(shortly(crowded)[0] ?? '', /: zip of many files most=1000$/);
    const zip = await zipOf(CLEVER_FILES);
    const cut = await readFiles('clever-csv', { 'roster.zip': zip.subarray(0, zip.length - 30) });
    assert.match(shortly(cut)[0] ?? '', /: zip unreadable$/);
    const none = await readFiles('clever-csv', { 'roster.zip': 'School_id' });
    assert.match(shortly(none)[0] ?? '', /: zip unreadable$/);
    zip.fill(0xff, 60, 90);
    const broken = await readFiles('clever-csv', { 'roster.zip': zip });
    assert.match(shortly(broken)[0] ?? '', /: zip damaged$/);
  });

  it('with a directory that tells other places and sizes is damaged, wherever that shows', async () => {
    const zip = await zipOf(CLEVER_FILES);
    const entry = zip.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    const elsewhere = Buffer.from(zip);
    // Where the first file begins: shortly before the end of the zip.
    elsewhere.writeUInt32LE(zip.length - 10, entry + 42);
    const longer = Buffer.from(zip);
    // How many of its bytes are packed.
    longer.writeUInt32LE(zip.length, entry + 20);
    for (const damaged of [elsewhere, longer]) {
      const read = await readFiles('clever-csv', { 'roster.zip': damaged });
      assert.deepEqual([read.ok, shortly(read)[0]?.includes('damaged')], [false, true]);
    }
  });

  it('with other bytes than were packed is damaged, in whichever file', async () => {
    for (const nth of [0, 2, 4]) {
      const zip = await zipOf(CLEVER_FILES);
      let entry = -1;
      for (let time = 0; time <= nth; time += 1)
        entry = zip.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'), entry + 1);
      zip.writeUInt32LE(12_345, entry + 16);
      const read = await readFiles('clever-csv', { 'roster.zip': zip });
      const name = Object.keys(CLEVER_FILES)[nth] ?? '';
      assert.deepEqual([read.ok, shortly(read)], [false, [`${name}:0 : zip damaged`]]);
    }
  });

  it('of other kinds ends in one problem', async () => {
    const bare = await zipOf(CLEVER_FILES);
    const entry = bare.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    const locked = Buffer.from(bare);
    locked.writeUInt16LE(locked.readUInt16LE(entry + 8) | 1, entry + 8);
    const packed = Buffer.from(bare);
    packed.writeUInt16LE(12, entry + 10);
    const called = (name: string): Buffer =>
      Buffer.from(bare.toString('latin1').replaceAll('sections.csv', name), 'latin1');
    for (const [zip, told] of [
      [locked, /^roster\.zip:0 : zip with a password/],
      [packed, /^schools\.csv:0 : zip damaged/],
      [called('..\\ions.csv'), /^roster\.zip:0 : zip unreadable/],
      [called('/ections.csv'), /^roster\.zip:0 : zip unreadable/],
      [called('\u00ff\u00fections.csv'.slice(0, 12)), /^sections\.csv:0 : missing file listed=false/],
      [
        await zipOf({ ...CLEVER_FILES, 'old/students.csv': 'x' }),
        /^students\.csv:0 : file twice table=students\.csv/,
      ],
      [await zipOf({ 'inner.zip': bare }), /^roster\.zip:0 : no known name/],
    ] as const) {
      const read = await readFiles('clever-csv', { 'roster.zip': zip });
      assert.equal(read.ok, false);
      assert.match(shortly(read)[0] ?? '', told);
    }
  });

  it('with one file under a name that nobody knows is told in one line, which names both', async () => {
    const { 'sections.csv': sections, ...others } = CLEVER_FILES;
    const bare = await zipOf(CLEVER_FILES);
    const garbled = Buffer.from(
      bare.toString('latin1').replaceAll('sections.csv', '\u00ff\u00fections.csv'),
      'latin1',
    );
    for (const zip of [garbled, await zipOf({ ...others, 'Klassen.csv': sections })]) {
      const read = await readFiles('clever-csv', { 'roster.zip': zip });
      assert.deepEqual([read.ok, read.problems.length], [false, 1]);
      assert.match(
        shortly(read).join(),
        /^sections\.csv:0 : missing file listed=false stranger=(Klassen|\S*ctions)\.csv$/,
      );
    }
    const alone = await readFiles('pickatime', { 'Klassen.csv': 'x' });
    assert.deepEqual(shortly(alone), [
      'Klassen.csv:0 : no known name names=students.txt+teachers.txt+classes.txt+enrollment.txt+parents.txt+parent-student.txt',
    ]);
  });

  it('comes alone', async () => {
    const read = await readFiles('clever-csv', { 'a.zip': await zipOf(CLEVER_FILES), 'students.csv': 'x' });
    assert.deepEqual(shortly(read), ['a.zip:0 : zip beside files']);
  });

  it('and files that hold more people and classes than fit in memory are refused, and rows of one person count once', async () => {
    const most = LIMITS.records;
    try {
      for (const [format, files, records] of [
        ['pickatime', PICKATIME_FILES, 5],
        ['clever-csv', CLEVER_FILES, 13],
      ] as const) {
        LIMITS.records = records;
        assert.equal((await readFiles(format, files)).ok, true, format);
        LIMITS.records = records - 1;
        const read = await readFiles(format, { 'roster.zip': await zipOf(files) });
        assert.equal(read.ok, false, format);
        assert.deepEqual(read.problems[0]?.fault, { code: 'too many records', most: records - 1 });
        assert.ok(read.problems[0].file in files);
      }
      // Rows that are left out or remove somebody are kept too.
      LIMITS.records = 2;
      const lost = 'StudentID\tFirst\tLast\tAction\n1\t\t\t\n2\tA\tB\tdelete\n3\t\t\t\n';
      assert.match(
        shortly(await readFiles('pickatime', { 'students.txt': lost }))[0] ?? '',
        /: too many records most=2$/,
      );
    } finally {
      LIMITS.records = most;
    }
  });
});
