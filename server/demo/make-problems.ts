import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Contact } from '../models/contact.js';
import { Section } from '../models/section.js';
import type { Sandbox } from '../sandbox/start-sandbox.js';

/** A class that loses one student keeps at least this many. */
const ENOUGH = 10;

/**
 * Removes some students from classes, in the district, with whose teachers they have an appointment: the next sync makes the appointments
 * problems. Each student is from another class, and in no other class of the same teacher.
 * @returns how many
 */
export async function leaveClasses(sandbox: Sandbox, event: Types.ObjectId, count: number): Promise<number> {
  const met = new Set<string>();
  const booked = Appointment.find({ event, state: 'booked', class: { $exists: true } }).sort({ from: 1 });
  for await (const { class: id, students } of booked.lean().cursor()) {
    if (met.size === count) break;
    const [student] = students;
    const held = await Class.findById(id).lean();
    const [teacher] = held?.synced.teachers ?? [];
    if (!held?.section || !student || !teacher || held.synced.students.length < ENOUGH) continue;
    const together = {
      event,
      status: 'active' as const,
      'synced.students': student,
      'synced.teachers': teacher,
    };
    if (met.has(String(teacher)) || (await Class.countDocuments(together)) !== 1) continue;
    const section = await Section.findById(held.section).orFail().lean();
    const contact = await Contact.findById(student, { record: 1 }).orFail().lean();
    sandbox.change(section.record.id, {
      students: section.studentIds.filter((one) => one !== contact.record?.id),
    });
    met.add(String(teacher));
  }
  return met.size;
}
