import type { Model } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import { RosterUpload } from '../../models/roster-upload.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { CLASS_TIES, SECTION_TIES } from '../../runs/changes/tie-kinds.js';
import { readableChanges } from '../journal/filter-readable.js';
import { changesPage } from '../journal/queries.js';
import { scopeOf } from '../journal/routes.js';
import { showChanges } from '../journal/show-changes.js';
import { pathOfRefresh, pathOfRun, runsOf, type RunPlace } from '../../runs/show/queries.js';
import { withheldInWords } from '../../runs/show/summarize-run.js';
import { findNewerUpload, sayNewer } from '../../uploads/find-newer.js';
import { sayResult } from '../../runs/log/say-result.js';

/** How many days a preview's notes are kept. */
const KEPT_DAYS = 7;
const DAY_MS = 24 * 3600_000;

const NAMED = 5;
/** The kinds counted for an event: the mirror's own records say the same as its classes. */
const OF_EVENT = ['student', 'teacher', 'staff', 'guardian', 'class', 'resource'];
const COUNTED = [...OF_EVENT, 'section', 'course', 'term'];

/** Whether a preview can still be applied, and why not. */
export type PreviewState =
  | { can: 'apply'; until: Date; risk: Risk }
  | {
      can: 'nothing';
      why: 'not over' | 'discarded' | 'expired' | 'nothing would change' | 'of the whole account';
    }
  | { can: 'nothing'; why: 'applied' | 'stale'; href: string; result: string; stale: number };

/** What somebody should know before applying it. */
export interface Risk {
  /** Who would leave: "3 students and 1 class"; '' if nobody. */
  leaving: string;
  names: string[];
  /** How many more would leave. */
  more: number;
  /** "24 enrollments" that would end although nobody in them leaves; '' for none. */
  ending: string;
  /** Appointments that would need a look. */
  broken: number;
  /** A sentence if the preview's roster files are no longer the newest; '' if they are. */
  older: string;
}

/** What can be done with a finished preview. */
export async function previewState(place: RunPlace, now: Date): Promise<PreviewState> {
  const { run } = place;
  if (run.state === 'queued' || run.state === 'running') return { can: 'nothing', why: 'not over' };
  if (run.state !== 'done') return { can: 'nothing', why: 'discarded' };
  const applying = await applyingRun(place);
  const stale = await RosterChange.countDocuments({ run: { $in: runsOf(place) }, state: 'stale' });
  if (applying && (stale > 0 || applying.state !== 'failed')) {
    const href = place.event ? pathOfRun(applying._id) : pathOfRefresh(applying._id);
    return {
      can: 'nothing',
      why: stale > 0 ? 'stale' : 'applied',
      href,
      result: sayResult(applying, place),
      stale,
    };
  }
  const until = new Date((run.finishedAt ?? run.createdAt).getTime() + KEPT_DAYS * DAY_MS);
  if (until <= now) return { can: 'nothing', why: 'expired' };
  if (!(await changesSomething(place))) return { can: 'nothing', why: 'nothing would change' };
  if (await changesAccount(place)) return { can: 'nothing', why: 'of the whole account' };
  return { can: 'apply', until, risk: await riskOf(place) };
}

/** The only change may be in an event's schools and terms, or in the field mapping. */
async function changesSomething(place: RunPlace): Promise<boolean> {
  const { run } = place;
  if (('choice' in run && run.choice) || ('mapping' in run && run.mapping)) return true;
  return (await RosterChange.exists({ run: { $in: runsOf(place) }, state: 'planned' })) !== null;
}

/** Whether applying it would change people or classes of the whole account, which somebody who runs a single event may not decide. */
async function changesAccount({ refresh, wholeAccount }: RunPlace): Promise<boolean> {
  if (wholeAccount || !refresh) return false;
  return (
    refresh.mapping !== undefined ||
    (await RosterChange.exists({ run: refresh._id, state: 'planned' })) !== null
  );
}

async function applyingRun({
  run,
  event,
}: RunPlace): Promise<Pick<Run, '_id' | 'state' | 'purpose' | 'result'> | null> {
  const model = (event ? SyncRun : RosterRun) as unknown as Model<Run>;
  return model
    .findOne(
      { of: run._id, purpose: 'apply', state: { $ne: 'stopped' } },
      { state: 1, purpose: 1, result: 1 },
    )
    .sort({ createdAt: -1 })
    .lean();
}

async function riskOf(place: RunPlace): Promise<Risk> {
  const counts = { ...place.refresh?.counts, ...place.run.counts };
  const gone = (place.event ? OF_EVENT : COUNTED).map(
    (kind) => [kind, { withheld: counts[kind]?.removed ?? 0 }] as const,
  );
  const leaving = withheldInWords(Object.fromEntries(gone), place);
  const ties = Object.values((place.event ? CLASS_TIES : SECTION_TIES).kinds);
  const ending = withheldInWords(
    Object.fromEntries(ties.map((kind) => [kind, { withheld: counts[kind]?.removed ?? 0 }])),
    place,
  );
  const broken = counts.appointment?.changed ?? 0;
  const older = await olderThan(place);
  if (leaving === '') return { leaving, names: [], more: 0, ending, broken, older };
  const rows = await changesPage(
    await readableChanges(place),
    { q: '', kind: '', action: 'removed', state: 'planned' },
    0,
    NAMED,
  );
  const names = (await showChanges(scopeOf(place), rows, true)).map(({ name, kind }) => `${name} (${kind})`);
  const total = gone.reduce((sum, [, { withheld }]) => sum + withheld, 0);
  return { leaving, names, more: Math.max(0, total - names.length), ending, broken, older };
}

async function olderThan({ run }: RunPlace): Promise<string> {
  if (!('upload' in run) || !run.upload) return '';
  const upload = await RosterUpload.findOne(
    { _id: run.upload, account: run.account },
    { createdAt: 1 },
  ).lean();
  const newer = upload && (await findNewerUpload(run.account, upload));
  return newer ? `${sayNewer(newer)}. Applying this one replaces newer data with older.` : '';
}

export function isRisky({ leaving, ending, broken, older }: Risk): boolean {
  return leaving !== '' || ending !== '' || broken > 0 || older !== '';
}
