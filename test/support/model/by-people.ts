import assert from 'node:assert/strict';
import { deleteClasses } from '../../../server/classes/delete-classes.js';
import { editClass, seenOf } from '../../../server/classes/edit-class.js';
import { undoChange } from '../../../server/classes/undo-change.js';
import type { ClassEdits } from '../../../server/models/class.js';
import { Contact } from '../../../server/models/contact.js';
import { bookIn } from '../roster/appointments.js';
import { editsIn } from './stored.js';
import type { World } from './world.js';

type Act = (world: World, n: number, m: number) => Promise<void>;

const edit =
  (change: (m: number) => ClassEdits): Act =>
  async (world, n, m) => {
    const picked = await world.pickClass('here', n);
    if (!picked) return;
    const { item, key, facts } = picked;
    const edits = { ...item.edits, ...change(m) };
    const form = { name: '', type: item.synced.type, room: '', seen: seenOf(item), ...edits };
    const { deps } = world.district;
    assert.ok((await editClass(deps, world.actor, world.scope, item._id, form)).ok);
    world.model.event.set(key, { ...facts, edits: editsIn(edits) });
  };

/** What people do in the Class Editor, and parents' bookings. */
export const BY_PEOPLE = {
  'a class is hidden': edit(() => ({ type: 'Hide' })),
  'a class is renamed': edit((m) => ({ name: `Ours ${String(m)}` })),
  'a class gets a room': edit((m) => ({ room: String(m) })),
  'a class is deleted': async (world, n) => {
    const picked = await world.pickClass('here', n);
    if (!picked) return;
    const { key, facts, item } = picked;
    const { entry } = await deleteClasses(world.district.deps, world.actor, world.scope, [item._id]);
    const mark = entry.toHexString();
    world.deletions.push({ entry, key, mark });
    world.model.event.set(key, { ...facts, status: 'deleted', deleted: mark });
  },
  'a deletion is undone': async (world, n) => {
    const deletion = world.deletions[n % Math.max(world.deletions.length, 1)];
    if (!deletion) return;
    await undoChange(world.district.deps, world.actor, world.scope, deletion.entry);
    const facts = world.model.event.get(deletion.key);
    if (facts?.status === 'deleted' && facts.deleted === deletion.mark)
      world.model.event.set(deletion.key, { ...facts, status: 'here', deleted: '' });
  },
  'an appointment is booked': async (world, n, m) => {
    const picked = await world.pickClass('here', n);
    const [teacher] = picked?.item.synced.teachers ?? [];
    const students = picked?.item.synced.students ?? [];
    const student = students[m % Math.max(students.length, 1)];
    if (!picked || !teacher || !student) return;
    const [ofStudent, ofTeacher] = [await Contact.findById(student), await Contact.findById(teacher)];
    world.model.bookings.push({
      id: (await bookIn(picked.item, student)).toHexString(),
      section: picked.key.split(' ')[1] ?? '',
      student: ofStudent?.record?.id ?? '',
      teacher: ofTeacher?.record?.id ?? '',
    });
  },
} satisfies Record<string, Act>;
