import type { CleverClient } from '../../clever/client.js';
import { CleverError } from '../../clever/explain-failure.js';
import type { CleverUser } from '../../clever/schema.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { NotByEvents, type Changes } from './read-events.js';

/** The most people who are asked for one by one; beyond, a full download is less work. */
const MOST_ASKED = 500;

/** Asks Clever for people whom the events do not mention, each once, and adds them to the changes. */
export interface AskUsers {
  /** Asks for people as they are now, but for those whom the events mention. */
  users(ids: Iterable<string>): Promise<void>;
  contactsOf(student: string): Promise<void>;
}

/** @throws NotByEvents if it has to ask for too many */
export function askUsers(client: CleverClient, changes: Changes, run: ActiveRun): AskUsers {
  let asked = 0;
  async function count(): Promise<void> {
    asked += 1;
    if (asked > MOST_ASKED) throw new NotByEvents({ code: 'too many' });
    await run.step();
  }
  return {
    async users(ids) {
      for (const id of new Set(ids)) {
        if (changes.users.has(id)) continue;
        await count();
        changes.users.set(id, await client.one('/users', id));
      }
    },
    async contactsOf(student) {
      await count();
      for await (const { objects } of contactPages(client, student))
        for (const user of objects) if (!changes.users.has(user.id)) changes.users.set(user.id, user);
    },
  };
}

/** No contacts for a student who does not exist any more. */
async function* contactPages(
  client: CleverClient,
  student: string,
): AsyncGenerator<{ objects: CleverUser[] }> {
  try {
    yield* client.pages(`/users/${student}/mycontacts`);
  } catch (error) {
    if (!(error instanceof CleverError && error.kind === 'not-found')) throw error;
  }
}
