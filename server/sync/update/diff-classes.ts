import type { Types } from 'mongoose';
import type { Class } from '../../models/class.js';
import type { DerivedClass } from './derive-classes.js';

/** A class of the event that the sync made, as it is stored. */
export type KnownClass = Pick<Class, '_id' | 'status' | 'edits' | 'kept' | 'keptFor' | 'addedBy'> & {
  section: Types.ObjectId;
  synced: Pick<Class['synced'], 'hash'>;
};

export interface ClassDiff {
  added: DerivedClass[];
  changed: { known: KnownClass; derived: DerivedClass }[];
  /** Was gone from the event's schools and terms; is back with what people decided. */
  restored: { known: KnownClass; derived: DerivedClass }[];
  /** Was deleted by a person; is back without their edits (product.md 5). Hidden ones are not deleted and never come here. */
  bare: { known: KnownClass; derived: DerivedClass }[];
  unchanged: number;
}

/** What has to be written for these classes; each derived one is in exactly one of the five. @param known by section */
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
