import { Appointment } from '../../models/appointment.js';
import { Class, classKeys, hashClass } from '../../models/class.js';
import { Resource } from '../../models/resource.js';
import type { Kind } from '../../runs/changes/kind.js';
import { CLASS_TIES } from '../../runs/changes/tie-kinds.js';

const ofEvent = { addedBy: 'addedBy', kept: 'kept', gone: 'gone' };

/** The withheld ties of a class's people. */
const classTies: Kind = {
  ...ofEvent,
  collection: Class.collection,
  kept: 'keptFor',
  sameBy: ['event', 'section'],
  keysOf: ({ synced }: Class) => ({ 'synced.hash': hashClass(synced) }),
  isPart: true,
};

/** What an event's update writes, in the order of writing. */
export const UPDATE_KINDS: Record<string, Kind> = {
  class: {
    ...ofEvent,
    collection: Class.collection,
    sameBy: ['event', 'section'],
    keysOf: (item: Class) => ({ ...classKeys(item) }),
    keysFrom: ['synced.name', 'synced.course', 'edits.name'],
    decided: ['edits'],
  },
  [CLASS_TIES.kinds.students]: classTies,
  [CLASS_TIES.kinds.teachers]: classTies,
  resource: { ...ofEvent, collection: Resource.collection, sameBy: ['event', 'contact'] },
  appointment: { ...ofEvent, collection: Appointment.collection, sameBy: ['_id'] },
};
