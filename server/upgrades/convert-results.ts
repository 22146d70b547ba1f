import type { RosterRun } from '../models/roster-run.js';
import type { Run } from '../models/run.js';
import { codeFor, rewriteDocuments } from './rewrite-documents.js';

type Result = NonNullable<Run['result']>;
type Why = NonNullable<RosterRun['why']>;

/** Sentences without numbers that versions before 0.6 stored. */
const RESULTS: Record<string, Result> = {
  'Changes made before you stopped it are kept.': { code: 'stopped' },
  'What had been brought in by then stays.': { code: 'stopped' },
  'Stopped with the run that had begun it.': { code: 'stopped with its run' },
  'Stopped before it started. Nothing was changed.': { code: 'stopped before its start' },
  'Discarded: nothing of it was applied.': { code: 'discarded' },
  'The roster source was changed since.': { code: 'source changed' },
  'A fault in Slotbell ended the run.': { code: 'fault' },
  'A fault in Slotbell ended the run; it is noted in the log. Sync again, and tell whoever hosts Slotbell if it stays.':
    { code: 'fault' },
  'The account is no longer there.': { code: 'account gone' },
  'The event is no longer there.': { code: 'event gone' },
  'The event has nothing to sync.': { code: 'nothing to sync' },
  'Given up: it ended its worker 5 times.': { code: 'gave up', tries: 5 },
};

const WHYS: Record<string, Why> = {
  'it was asked for.': { code: 'asked for' },
  'the sync before did not end well or a person changed its result.': { code: 'ended badly' },
  'the last sync left no event of Clever’s to go on from.': { code: 'no event' },
  'what is synced was changed: schools, kinds of people or the field mapping.': { code: 'setup changed' },
  'the last sync is longer ago than Clever keeps its events.': { code: 'too long ago' },
  'a week has passed since the last one.': { code: 'weekly' },
  'removals wait for somebody to decide.': { code: 'removals wait' },
  'Clever no longer knows the event that the last sync ended with.': { code: 'event forgotten' },
  'Clever’s Events API is not available to this application.': { code: 'no events' },
  'an event of Clever’s could not be read.': { code: 'event unreadable' },
  'there were too many changes to follow one by one.': { code: 'too many' },
  'Clever no longer lists a matched school.': { code: 'school not listed' },
  'Clever shares a list that was not shared or empty before.': { code: 'list shared' },
  'more records would leave than a night usually takes away.': { code: 'many would leave' },
};

/**
 * Turns the sentences on how a run ended, why it read everything and why a list broke off into codes with numbers. Sentences with numbers
 * or names in them are kept and shown as they are.
 */
export async function convertResults(): Promise<void> {
  const paths = ['result', 'why', 'remarks'] as const;
  const filter = {
    $or: [
      { result: { $type: 'string' as const } },
      { why: { $type: 'string' as const } },
      { 'remarks.fault': { $type: 'string' as const } },
    ],
  };
  for (const name of ['rosterRun', 'syncRun'])
    await rewriteDocuments(name, filter, paths, ({ result, why, remarks }) => ({
      ...(typeof result === 'string' ? { result: codeFor(RESULTS, result) } : {}),
      ...(typeof why === 'string' ? { why: codeFor(WHYS, why) } : {}),
      ...(Array.isArray(remarks) ? { remarks: remarks.map(convertRemark) } : {}),
    }));
}

function convertRemark(remark: unknown): unknown {
  const { fault } = remark as { fault?: unknown };
  return typeof fault === 'string' ? { ...(remark as object), fault: { code: 'text', text: fault } } : remark;
}
