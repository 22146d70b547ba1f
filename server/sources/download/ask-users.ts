import type { CleverClient } from '../../clever/client.js';
import { CleverError } from '../../clever/explain-failure.js';
import type { CleverUser } from '../../clever/schema.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { NotByEvents, type Changes } from './read-events.js';

/** So many single people are asked for; beyond, a full download is less work for everybody. */
const MOST_ASKED = 500;

/** Asks Clever for people of whom the events do not speak, each once, and adds them to the changes. */
export interface AskUsers {
  /** As they are now; who is known from the events is not asked for. */
  users(ids: Iterable<string>): Promise<void>;
  contactsOf(student: string): Promise<void>;
}

/** @throws NotByEvents when it becomes too much */
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

/** None for a student who is not there any more. */
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
