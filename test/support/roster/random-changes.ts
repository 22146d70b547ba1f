import type { Sandbox } from '../../../server/sandbox/start-sandbox.js';
import type { JsonObject } from '../../../server/sandbox/patch-object.js';
import { seededRandom } from '../seed.js';

type Draw = (bound: number) => number;

/** Draws whole numbers from 0 to below a bound. @param nth tells several rows of them apart */
export function drawFrom(nth = 0): Draw {
  const random = seededRandom(nth);
  return (bound) => Math.floor(random() * bound);
}

/** Changes of every kind, a handful a night, over the district's first records. */
export function changeAtRandom(sandbox: Sandbox, draw: Draw, count: number): string[] {
  const done: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const [name, change] = CHANGES[draw(CHANGES.length)] ?? ['', () => undefined];
    change(new Hand(sandbox, draw));
    done.push(name);
  }
  return done;
}

class Hand {
  constructor(
    readonly sandbox: Sandbox,
    readonly draw: Draw,
  ) {}

  id(kind: 'student' | 'teacher' | 'staff' | 'contact' | 'section' | 'school' | 'term' | 'course'): string {
    const bounds = {
      student: 60,
      teacher: 8,
      staff: 6,
      contact: 180,
      section: 40,
      school: 4,
      term: 6,
      course: 12,
    };
    return this.sandbox.idOf(kind, this.draw(bounds[kind]));
  }

  patch(id: string, patch: JsonObject): void {
    if (this.sandbox.read(id)) this.sandbox.change(id, patch);
  }

  ties(): JsonObject[] {
    const students = Array.from({ length: this.draw(3) }, () => this.id('student'));
    return students.map((student) => ({ student, relationship: 'Parent', type: 'Primary' }));
  }

  listIn(section: string, key: 'students' | 'teachers', id: string): void {
    const found = this.sandbox.read(section);
    const listed = (found?.[key] ?? []) as string[];
    const next = listed.includes(id) ? listed.filter((other) => other !== id) : [...listed, id];
    this.patch(section, key === 'teachers' ? { teachers: next, teacher: next[0] ?? '' } : { students: next });
  }
}

const CHANGES: [string, (hand: Hand) => void][] = [
  ['rename a student', (hand) => hand.patch(hand.id('student'), { name: { first: `N${hand.draw(99)}` } })],
  ['rename a section', (hand) => hand.patch(hand.id('section'), { name: `S${hand.draw(99)}` })],
  ['rename a term', (hand) => hand.patch(hand.id('term'), { name: `T${hand.draw(99)}` })],
  ['rename a course', (hand) => hand.patch(hand.id('course'), { name: `C${hand.draw(99)}` })],
  [
    'move a student',
    (hand) => {
      const school = hand.id('school');
      hand.patch(hand.id('student'), { roles: { student: { school, schools: [school] } } });
    },
  ],
  [
    'a student of no school',
    (hand) => hand.patch(hand.id('student'), { roles: { student: { school: '', schools: [] } } }),
  ],
  [
    'a teacher of no school',
    (hand) => hand.patch(hand.id('teacher'), { roles: { teacher: { school: '', schools: [] } } }),
  ],
  [
    'a teacher of another school',
    (hand) => {
      const school = hand.id('school');
      hand.patch(hand.id('teacher'), { roles: { teacher: { school, schools: [school] } } });
    },
  ],
  [
    'a teacher becomes a parent',
    (hand) => hand.patch(hand.id('teacher'), { roles: { contact: { student_relationships: hand.ties() } } }),
  ],
  [
    'a student becomes a parent',
    (hand) => hand.patch(hand.id('student'), { roles: { contact: { student_relationships: hand.ties() } } }),
  ],
  ['no parent any more', (hand) => hand.patch(hand.id('teacher'), { roles: { contact: undefined } })],
  [
    'a teacher becomes staff',
    (hand) =>
      hand.patch(hand.id('teacher'), {
        roles: { teacher: undefined, staff: { schools: [hand.id('school')] } },
      }),
  ],
  [
    'staff becomes a teacher too',
    (hand) =>
      hand.patch(hand.id('staff'), { roles: { teacher: { school: hand.id('school'), schools: [] } } }),
  ],
  ['a role is taken away', (hand) => hand.patch(hand.id('student'), { roles: { student: undefined } })],
  [
    'a role is given back',
    (hand) => {
      const school = hand.id('school');
      hand.patch(hand.id('student'), { roles: { student: { school, schools: [school] } } });
    },
  ],
  [
    'other children',
    (hand) => hand.patch(hand.id('contact'), { roles: { contact: { student_relationships: hand.ties() } } }),
  ],
  ['into a class or out of it', (hand) => hand.listIn(hand.id('section'), 'students', hand.id('student'))],
  ['teaches a class or not', (hand) => hand.listIn(hand.id('section'), 'teachers', hand.id('teacher'))],
  ['a section of another school', (hand) => hand.patch(hand.id('section'), { school: hand.id('school') })],
  ['a section of another term', (hand) => hand.patch(hand.id('section'), { term_id: hand.id('term') })],
  ['a student goes, ties stay', (hand) => hand.sandbox.remove(hand.id('student'))],
  ['a student leaves', (hand) => hand.sandbox.removeStudent(hand.id('student'))],
  ['a contact goes', (hand) => hand.sandbox.remove(hand.id('contact'))],
  ['a teacher goes', (hand) => hand.sandbox.remove(hand.id('teacher'))],
  ['a section goes', (hand) => hand.sandbox.removeSection(hand.id('section'))],
  ['a term goes', (hand) => hand.sandbox.remove(hand.id('term'))],
  ['a course goes', (hand) => hand.sandbox.remove(hand.id('course'))],
  ...(['student', 'contact', 'teacher', 'section', 'term', 'course'] as const).map(
    (kind): [string, (hand: Hand) => void] => [
      `${kind} is back`,
      (hand) => {
        for (let tries = 0; tries < 20; tries += 1) {
          const id = hand.id(kind);
          if (!hand.sandbox.read(id)) hand.sandbox.restore(id);
        }
      },
    ],
  ),
];
