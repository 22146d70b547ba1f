import type { Types } from 'mongoose';
import type { Class } from '../../models/class.js';
import type { DerivedClass } from './derive-classes.js';

/** A class of the event that a sync added, as it is stored. */
export type KnownClass = Pick<Class, '_id' | 'status' | 'edits' | 'kept' | 'keptFor' | 'addedBy'> & {
  section: Types.ObjectId;
  synced: Pick<Class['synced'], 'hash'>;
};

export interface ClassDiff {
  added: DerivedClass[];
  changed: { known: KnownClass; derived: DerivedClass }[];
  /** Classes that were gone from the event's schools and terms and are back, with what people decided. */
  restored: { known: KnownClass; derived: DerivedClass }[];
  /** Classes that a person deleted and that are back without their edits. Hidden classes are not deleted and never appear here. */
  bare: { known: KnownClass; derived: DerivedClass }[];
  unchanged: number;
}

/** What must be written for these classes; each derived class is in exactly one of the five lists. @param known by section */
export function diffClasses(
  derived: readonly DerivedClass[],
  known: ReadonlyMap<string, KnownClass>,
): ClassDiff {
  const diff: ClassDiff = { added: [], changed: [], restored: [], bare: [], unchanged: 0 };
  for (const item of derived) {
    const stored = known.get(item.section.toHexString());
    if (!stored) diff.added.push(item);
    else if (stored.status === 'deleted') diff.bare.push({ known: stored, derived: item });
    else if (stored.status === 'gone') diff.restored.push({ known: stored, derived: item });
    else if (isChanged(item, stored)) diff.changed.push({ known: stored, derived: item });
    else diff.unchanged += 1;
  }
  return diff;
}

function isChanged({ synced, keptFor }: DerivedClass, stored: KnownClass): boolean {
  return stored.synced.hash !== synced.hash || stored.kept !== undefined || stored.keptFor !== keptFor;
}
