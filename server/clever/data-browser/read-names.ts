import type { CleverClient } from '../client.js';
import { CleverError } from '../explain-failure.js';
import type { PersonName, Text } from '../schema.js';
import type { Weighed } from './keep-readings.js';

export interface NamesReading {
  teachers: Map<string, string>;
  courses: Map<string, string>;
}

/** Names beyond these are shown as not shared. */
const MOST_NAMES = 40_000;

/**
 * Names of teachers and courses by id, read in whole pages and kept for some minutes. That is two requests for a usual district; asking for
 * each of a page's fifty sections would take up to a hundred of the 1,200 a minute that all reading of the account shares. A kind that the
 * district does not share has no names.
 */
export async function readNames(client: CleverClient): Promise<Weighed<NamesReading>> {
  const teachers = new Map<string, string>();
  const courses = new Map<string, string>();
  await unlessForbidden(async () => {
    for await (const { objects } of client.pages('/users', { role: 'teacher' })) {
      for (const user of objects)
        if (teachers.size < MOST_NAMES) teachers.set(user.id, personName(user.name));
    }
  });
  await unlessForbidden(async () => {
    for await (const { objects } of client.pages('/courses')) {
      for (const { id, name, number } of objects)
        if (courses.size < MOST_NAMES) courses.set(id, (name || number || '').slice(0, 200));
    }
  });
  return { value: { teachers, courses }, weight: teachers.size + courses.size };
}

async function unlessForbidden(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof CleverError && error.kind === 'forbidden')) throw error;
  }
}

/** First and last name, or whichever exists. */
export function personName(name: PersonName | null | undefined): string {
  const parts: Text[] = [name?.first ?? '', name?.last ?? ''];
  return (
    parts
      .filter((part) => part)
      .join(' ')
      .trim()
      .slice(0, 200) || 'No name'
  );
}
