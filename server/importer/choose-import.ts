import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import type { Event } from '../models/event.js';
import { School } from '../models/school.js';
import type { SyncChoice } from '../models/sync-run.js';
import { keepChoice } from '../sync/runs/act-on-run.js';
import { startSync, type SyncStarted } from '../sync/runs/start-sync.js';
import { matchedBy } from './queries.js';
import { readTerms } from './read-terms.js';
import { NO_TERM, type ImportChoice } from './schema.js';

export type ImportChosen =
  | {
      ok: true;
      run: Types.ObjectId;
      /** The same import was requested before and still waits. */ waits: boolean;
    }
  | { ok: false; field: 'schools' | 'terms' | '_form'; message: string };

type Refused = Extract<ImportChosen, { ok: false }>;

/** Saves what an event takes from the roster and starts its import. The nightly sync goes on or off, as selected, once that is done. */
export async function chooseImport(
  deps: Deps,
  account: Account,
  event: Pick<Event, '_id' | 'sync'>,
  choice: ImportChoice,
  by: Types.ObjectId,
): Promise<ImportChosen> {
  const checked = await checkChoice(deps, account, choice);
  if (!checked.ok) return checked;
  const sync = await keepChoice({ ...event, account: account._id }, checked.choice);
  return started(
    await startSync(deps, {
      account,
      event: { _id: event._id, sync },
      trigger: 'first import',
      by,
      keepSynced: choice.nightly,
    }),
  );
}

/** Starts a preview of the same import: nothing is saved, and whoever applies it decides about the nightly sync. */
export async function previewImport(
  deps: Deps,
  account: Account,
  event: Pick<Event, '_id' | 'sync'>,
  choice: ImportChoice,
  by: Types.ObjectId,
): Promise<ImportChosen> {
  const checked = await checkChoice(deps, account, choice);
  if (!checked.ok) return checked;
  return started(
    await startSync(deps, {
      account,
      event,
      trigger: 'preview',
      purpose: 'preview',
      by,
      keepSynced: choice.nightly,
      choice: checked.choice,
    }),
  );
}

async function checkChoice(
  deps: Deps,
  account: Account,
  choice: ImportChoice,
): Promise<{ ok: true; choice: SyncChoice } | Refused> {
  const schools = await School.countDocuments({
    account: account._id,
    _id: { $in: choice.schools },
    ...matchedBy(account),
  });
  if (schools !== choice.schools.length)
    return {
      ok: false,
      field: 'schools',
      message: 'One of the schools is no longer matched. Select the schools again.',
    };
  const read = await readTerms(deps, account, choice.schools);
  if (!read.ok) return { ok: false, field: '_form', message: read.message };
  const terms = read.value.terms
    .filter(({ id }) => choice.terms.includes(id))
    .map(({ id, name, start, end }) => ({ id, name, start, end }));
  const noTerm = choice.terms.includes(NO_TERM);
  if (terms.length + Number(noTerm) < choice.terms.length)
    return {
      ok: false,
      field: 'terms',
      message: 'One of the terms is no longer there. Select the terms again.',
    };
  return { ok: true, choice: { schools: choice.schools, terms, noTerm } };
}

function started(sync: SyncStarted): ImportChosen {
  if (sync.ok) return sync;
  return { ok: false, field: '_form', message: 'No roster source is turned on for this account.' };
}
