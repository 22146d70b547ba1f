import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ZipFile } from 'yazl';
import type { CleverObject, CleverSection, CleverUser } from '../../../server/clever/schema.js';
import type { FileFormat } from '../../../server/models/account.js';
import type { UploadProblem } from '../../../server/models/roster-upload.js';
import type { ListName } from '../../../server/sources/records/lists.js';
import {
  readRosterFiles,
  type UploadedFile,
} from '../../../server/roster-files/formats/read-roster-files.js';
import {
  NOTHING_KNOWN,
  type FilesRead,
  type FromFile,
  type KnownIds,
  type RosterSink,
} from '../../../server/roster-files/records/roster-files.js';

/** Names of files with what is in them. */
export type Contents = Record<string, string | Buffer>;

/** A sink that keeps everything, for looking at. */
export class KeptRoster implements RosterSink {
  readonly lists: Partial<Record<ListName, FromFile<CleverObject>[]>> = {};
  readonly removed: Partial<Record<ListName, string[]>> = {};
  readonly leftOut: Partial<Record<ListName, string[]>> = {};

  async write(list: ListName, objects: readonly FromFile<CleverObject>[]): Promise<void> {
    (this.lists[list] ??= []).push(...objects);
  }

  async remove(list: ListName, ids: readonly string[]): Promise<void> {
    (this.removed[list] ??= []).push(...ids);
  }

  async leaveOut(list: ListName, ids: readonly string[]): Promise<void> {
    (this.leftOut[list] ??= []).push(...ids);
  }

  people(list: 'students' | 'teachers' | 'staff' | 'contacts'): FromFile<CleverUser>[] {
    return this.lists[list] ?? [];
  }

  get sections(): FromFile<CleverSection>[] {
    return this.lists.sections ?? [];
  }
}

export interface ReadFiles extends FilesRead {
  roster: KeptRoster;
}

/** Writes the files to a folder of their own, reads them, and removes them. */
export async function readFiles(format: FileFormat, contents: Contents, ids?: KnownIds): Promise<ReadFiles> {
  return withFiles(contents, async (files) => {
    const roster = new KeptRoster();
    return {
      ...(await readRosterFiles(files, format, roster, { ...NOTHING_KNOWN, ...(ids ? { ids } : {}) })),
      roster,
    };
  });
}

export async function withFiles<T>(
  contents: Contents,
  work: (files: UploadedFile[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slotbell-files-'));
  try {
    const files: UploadedFile[] = [];
    for (const [name, content] of Object.entries(contents)) {
      const file = { name, path: path.join(folder, String(files.length)) };
      await writeFile(file.path, content);
      files.push(file);
    }
    return await work(files);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A zip with these files; names may hold folders. */
export async function zipOf(contents: Contents): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(contents)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Problems in short: `file:line field: code name=value …`. */
export function shortly({ problems }: { problems: readonly UploadProblem[] }): string[] {
  return problems.map((problem) => `${problem.file}:${inShort(problem)}`);
}

/** One problem in short, without its file. */
export function inShort({ line, field, fault: { code, ...values } }: Omit<UploadProblem, 'file'>): string {
  const said = Object.entries(values).map(
    ([name, value]) => ` ${name}=${Array.isArray(value) ? value.join('+') : String(value)}`,
  );
  return `${String(line)} ${field}: ${code}${said.join('')}`;
}

/** pickAtime's six files of a school of two. */
export const PICKATIME_FILES = {
  'students.txt':
    'StudentID\tFirst\tLast\tSecurityValue\r\n1001\tÁna\tGarcía\t4/5/2015\r\n1002\tBo\tO"Neil\t5/26/2016\r\n',
  'teachers.txt':
    'TeacherID\tFirst\tLast\tEmail\tRoom\tAccessLevel\r\nT1\tPat\tLee\tlee@example.org\t12\tuser\r\n',
  'classes.txt': 'ClassID\tTeacherID\tClassName\tGroupName\tPTAN\r\nC1\tT1\tMath 4\tGrade 4\t2\r\n',
  'enrollment.txt': 'StudentID\tClassID\r\n1001\tC1\r\n1002\tC1\r\n',
  'parents.txt': 'ParentID\tFirst\tLast\tEmail\r\nP1\tEva\tGarcía\teva@example.org\r\n',
  'parent-student.txt': 'ParentID\tStudentID\r\nP1\t1001\r\n',
};

/** Clever's five files of a district of two schools. */
export const CLEVER_FILES = {
  'schools.csv': 'School_id,School_name,School_number\nS1,Maple Elementary,10\nS2,"Oak, Middle",20\n',
  'students.csv':
    'School_id,Student_id,Student_number,Last_name,Middle_name,First_name,Grade,Gender,DOB,Student_email,Contact_relationship,Contact_type,Contact_name,Contact_phone,Contact_email,Contact_sis_id\n' +
    'S1,11,N11,García,,Ana,4,F,4/5/2015,ana@example.org,Parent,Primary,Eva García,555-0101,eva@example.org,\n' +
    'S1,11,N11,García,,Ana,4,F,4/5/2015,ana@example.org,Grandparent,Emergency,Rosa Paz,555-0102,,G9\n' +
    'S1,12,N12,García,,Leo,2,M,1/22/2017,,Parent,Primary,Eva García,555-0101,eva@example.org,\n' +
    'S2,12,N12,García,,Leo,2,M,1/22/2017,,,,,,,\n',
  'teachers.csv':
    'School_id,Teacher_id,Teacher_number,Teacher_email,First_name,Last_name,Title\nS1,T1,N1,lee@example.org,Pat,Lee,Teacher\nS2,T1,N1,lee@example.org,Pat,Lee,Teacher\nS1,T2,N2,,Kim,Fox,\n',
  'sections.csv':
    'School id,Section id,Teacher id,Teacher 2 id,Name,Section_number,Grade,Course_name,Course_number,Period,Subject,Term_name,Term_start,Term_end\n' +
    'S1,C1,T1,T2,Math 4,001,4,Math,MA4,1,math,Fall,8/1/2026,12/20/2026\nS2,C2,T1,,,002,2,Art,AR2,2,arts,Fall,8/1/2026,12/20/2026\n',
  'enrollments.csv': 'School_id,Section_id,Student_id\nS1,C1,11\nS1,C1,12\nS2,C2,12\n',
};
