import { Types } from 'mongoose';
import type { CleverClient } from '../clever/client.js';
import { Class } from '../models/class.js';
import { Contact, type ContactType } from '../models/contact.js';

const KINDS = ['students', 'teachers', 'guardians', 'classes', 'enrolments'] as const;
type Kind = (typeof KINDS)[number];

/** What the API delivered, counted independently, and which of it the account need not have. */
export interface Delivered {
  totals: Record<Kind, number>;
  explained: Record<Kind, { count: number; why: string }[]>;
}

export interface Comparison {
  kind: Kind;
  delivered: number;
  imported: number;
  explained: { count: number; why: string }[];
  ok: boolean;
}

/** Reads the whole district again, without the importer, and counts. */
export async function countDelivered(client: CleverClient): Promise<Delivered> {
  const students = new Set<string>();
  const homeless = new Set<string>();
  const teachers = { all: 0, alsoStudents: 0 };
  const guardians = { all: 0, otherRole: 0, withoutStudent: 0 };
  for await (const { objects } of client.pages('/users', { role: 'student' })) {
    for (const { id, roles } of objects) {
      students.add(id);
      if (!roles?.student?.school && !roles?.student?.schools?.length) homeless.add(id);
    }
  }
  const staffIds = new Set<string>();
  const teacherIds = new Set<string>();
  for await (const { objects } of client.pages('/users', { role: 'teacher' }))
    for (const { id } of objects) {
      teacherIds.add(id);
      teachers.all += 1;
      if (students.has(id)) teachers.alsoStudents += 1;
    }
  for await (const { objects } of client.pages('/users', { role: 'staff' }))
    for (const { id } of objects) staffIds.add(id);
  for await (const { objects } of client.pages('/users', { role: 'contact' }))
    for (const { id, roles } of objects) {
      guardians.all += 1;
      if (students.has(id) || teacherIds.has(id) || staffIds.has(id)) guardians.otherRole += 1;
      else if (!roles?.contact?.student_relationships?.some(({ student }) => students.has(student ?? '')))
        guardians.withoutStudent += 1;
    }
  const classes = await countClasses(client, students, homeless);
  return {
    totals: {
      students: students.size,
      teachers: teachers.all,
      guardians: guardians.all,
      classes: classes.all,
      enrolments: classes.enrolments,
    },
    explained: {
      students: told([homeless.size - classes.homelessInClass, 'name no school and are in no class']),
      teachers: told([teachers.alsoStudents, 'are students too, and counted there']),
      guardians: told(
        [guardians.otherRole, 'have another role too, and are counted there'],
        [guardians.withoutStudent, 'belong to no student that is shared'],
      ),
      classes: told([classes.withoutSchool, 'are of no school that is shared']),
      enrolments: told([classes.dangling, 'are of students who are not shared, or listed twice']),
    },
  };
}

async function countClasses(client: CleverClient, students: Set<string>, homeless: Set<string>) {
  const schools = new Set<string>();
  for await (const { objects } of client.pages('/schools')) for (const { id } of objects) schools.add(id);
  const placed = new Set<string>();
  const counts = { all: 0, withoutSchool: 0, enrolments: 0, dangling: 0, homelessInClass: 0 };
  for await (const { objects } of client.pages('/sections'))
    for (const section of objects) {
      const listed = section.students ?? [];
      counts.all += 1;
      counts.enrolments += listed.length;
      if (!schools.has(section.school ?? '')) {
        counts.withoutSchool += 1;
        counts.dangling += listed.length;
        continue;
      }
      const known = new Set(listed.filter((id) => students.has(id)));
      counts.dangling += listed.length - known.size;
      for (const id of known) if (homeless.has(id)) placed.add(id);
    }
  return { ...counts, homelessInClass: placed.size };
}

function told(...reasons: [count: number, why: string][]): { count: number; why: string }[] {
  return reasons.filter(([count]) => count > 0).map(([count, why]) => ({ count, why }));
}

/** Compares an event with what was delivered; a difference without a reason is not ok. */
export async function compareTotals(delivered: Delivered, event: string): Promise<Comparison[]> {
  const id = new Types.ObjectId(event);
  const [sums] = await Class.aggregate<{ account: Types.ObjectId; classes: number; enrolments: number }>([
    { $match: { event: id, status: 'active' } },
    {
      $group: { _id: '$account', classes: { $sum: 1 }, enrolments: { $sum: { $size: '$synced.students' } } },
    },
    { $project: { account: '$_id', classes: 1, enrolments: 1 } },
  ]);
  if (!sums) throw new Error('The event has no classes.');
  const people = (type: ContactType): Promise<number> =>
    Contact.countDocuments({ account: sums.account, type, status: 'active' });
  const imported: Record<Kind, number> = {
    students: await people('student'),
    teachers: await people('teacher'),
    guardians: await people('guardian'),
    classes: sums.classes,
    enrolments: sums.enrolments,
  };
  return KINDS.map((kind) => {
    const explained = delivered.explained[kind];
    const expected = delivered.totals[kind] - explained.reduce((sum, { count }) => sum + count, 0);
    return {
      kind,
      delivered: delivered.totals[kind],
      imported: imported[kind],
      explained,
      ok: imported[kind] === expected,
    };
  });
}
