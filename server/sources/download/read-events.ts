import type { CleverClient } from '../../clever/client.js';
import type {
  CleverCourse,
  CleverEvent,
  CleverObject,
  CleverSchool,
  CleverSection,
  CleverTerm,
  CleverUser,
} from '../../clever/schema.js';
import type { FullWhy } from '../../models/roster-run.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { cleanId } from '../records/clean-text.js';
import type { MatchedSchools } from '../records/map-clever-person.js';

/** Thrown when a sync cannot go by events. */
export class NotByEvents extends Error {
  constructor(readonly why: FullWhy) {
    super(why.code);
  }
}

/** What became of records by id, as of the newest event; null for deleted or no longer shared. */
export interface Changes {
  users: Map<string, CleverUser | null>;
  sections: Map<string, CleverSection | null>;
  terms: Map<string, CleverTerm | null>;
  courses: Map<string, CleverCourse | null>;
  /** Matched schools that were created or changed. */
  located: Map<string, CleverSchool>;
  /** How many events of schools were read, of all schools. */
  schools: number;
  /** Deleted users who had more than one role: perhaps only one of the roles is gone. */
  unsure: Set<string>;
  events: number;
  /** Id of the newest event. */
  newest: string;
}

/**
 * Reads a district's events after a given one to the end, in order (https://dev.clever.com/docs/events).
 * @param most the number of events from which a full download is less work
 * @throws NotByEvents if they do not tell everything, CleverError
 */
export async function readEvents(
  client: CleverClient,
  after: string,
  { run, schools, most }: { run: ActiveRun; schools: MatchedSchools; most: number },
): Promise<Changes> {
  const changes: Changes = {
    users: new Map(),
    sections: new Map(),
    terms: new Map(),
    courses: new Map(),
    located: new Map(),
    schools: 0,
    unsure: new Set(),
    events: 0,
    newest: after,
  };
  for await (const { objects, skipped } of client.pages('/events', { starting_after: after })) {
    if (skipped > 0) throw new NotByEvents({ code: 'event unreadable' });
    for (const event of objects) takeEvent(changes, event, schools);
    changes.events += objects.length;
    if (changes.events > most) throw new NotByEvents({ code: 'too many' });
    await run.step(objects.length);
  }
  // Where events are not shared any more the list is empty too, but the one it begins after is gone with all others.
  if (changes.events === 0 && (await client.newestEventId()) === null)
    throw new NotByEvents({ code: 'event forgotten' });
  return changes;
}

function takeEvent(changes: Changes, event: CleverEvent, schools: MatchedSchools): void {
  const [type = '', verb = ''] = (event.type ?? '').split('.');
  const object = event.data?.object;
  changes.newest = event.id;
  if (type === 'schools' && verb === 'deleted' && schools.has(object?.id ?? ''))
    throw new NotByEvents({ code: 'school not listed' });
  if (type === 'schools') changes.schools += 1;
  if (type === 'schools' && object && schools.has(object.id)) changes.located.set(object.id, object);
  if (type !== 'users' && type !== 'sections' && type !== 'terms' && type !== 'courses') return;
  if (!object || cleanId(object.id) === '' || !['created', 'updated', 'deleted'].includes(verb))
    throw new NotByEvents({ code: 'event unreadable' });
  const states = changes[type] as Map<string, CleverObject | null>;
  states.set(object.id, verb === 'deleted' ? null : object);
  if (type !== 'users') return;
  const roles = Object.keys((object as CleverUser).roles ?? {});
  if (verb === 'deleted' && roles.length > 1) changes.unsure.add(object.id);
  else changes.unsure.delete(object.id);
}
