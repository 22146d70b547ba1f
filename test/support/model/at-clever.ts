import type { Kind } from '../../../server/sandbox/identify.js';
import type { World } from './world.js';

type Act = (world: World, n: number, m: number) => void;

/** The nth present record of its kind, from a position on. */
function pick({ district: { sandbox } }: World, kind: Kind, n: number, count: number): string | undefined {
  for (let index = 0; index < count; index += 1) {
    const id = sandbox.idOf(kind, (n + index) % count);
    if (sandbox.read(id)) return id;
  }
  return undefined;
}

const remove =
  (kind: Kind, count: number): Act =>
  (world, n) => {
    const id = pick(world, kind, n, count);
    if (!id) return;
    world.district.sandbox.remove(id);
    world.away.push(id);
  };

const many =
  (act: Act, times: number): Act =>
  (world, n, m) => {
    for (let index = 0; index < times; index += 1) act(world, n + index, m);
  };

/** Somebody always stays: a district without a single student has stopped sharing them, which unshared.test.ts covers. */
const leave: Act = (world, n) => {
  const id = pick(world, 'student', n, 40);
  const { sandbox } = world.district;
  const others = Array.from({ length: 40 }, (_, index) => sandbox.idOf('student', index)).filter(
    (other) => other !== id && sandbox.read(other),
  );
  if (!id || others.length === 0) return;
  world.district.sandbox.removeStudent(id);
  world.away.push(id);
};

const back: Act = (world, n) => {
  const [id] = world.away.splice(n % Math.max(world.away.length, 1), 1);
  if (id) world.district.sandbox.restore(id);
};

/** Changes at the district between two nights. */
export const AT_CLEVER = {
  'a night passes': (world) => {
    const { sandbox } = world.district;
    // A guardian under a new id is matched with the old one, which match-people.test.ts covers.
    const [old, fresh] = sandbox.advanceNight().contactReplaced ?? [];
    if (!old || !fresh) return;
    sandbox.remove(fresh);
    sandbox.restore(old);
  },
  'a student leaves': leave,
  'many students leave': many(leave, 24),
  'a teacher leaves': remove('teacher', 39),
  'a section is gone': remove('section', 125),
  'many sections are gone': many(remove('section', 125), 30),
  'a term is gone': remove('term', 3),
  'a course is gone': remove('course', 80),
  'somebody is back': back,
  'many are back': many(back, 20),
  'a student is renamed': (world, n, m) => {
    const id = pick(world, 'student', n, 40);
    if (id) world.district.sandbox.change(id, { name: { first: `First${String(m)}` } });
  },
  'a section is renamed': (world, n, m) => {
    const id = pick(world, 'section', n, 125);
    if (id) world.district.sandbox.change(id, { name: `Section ${String(m)}` });
  },
  'a term is renamed': (world, n, m) => {
    const id = pick(world, 'term', n, 3);
    if (id) world.district.sandbox.change(id, { name: `Term ${String(m)}` });
  },
  'a section gets another teacher': (world, n, m) => {
    const [id, teacher] = [pick(world, 'section', n, 125), pick(world, 'teacher', m, 39)];
    if (id && teacher) world.district.sandbox.change(id, { teacher, teachers: [teacher] });
  },
} satisfies Record<string, Act>;
