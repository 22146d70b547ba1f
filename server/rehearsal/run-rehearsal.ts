import { Types } from 'mongoose';
import { lacksRight, scratchOf, type Scratch } from '../database/scratch.js';
import type { Deps } from '../deps.js';
import { Event } from '../models/event.js';
import { Rehearsal, type RehearsalEnd, type RehearsalOutcome } from '../models/rehearsal.js';
import type { Outcome, ScratchProgress } from '../scratch/orders.js';
import { copyEvent } from './copy-event.js';
import { findBusy, type Busy } from './find-busy.js';
import { BrokenOff, ScratchProcess } from './follow-process.js';
import { LIMIT_MS, minutesOf, NEAR_MS, SILENT_MS } from './policy.js';

const BEAT_MS = 1000;
/** The worker looks for real work every so many beats. */
const BEATS_A_LOOK = 5;

const ENDS: Record<Busy, RehearsalEnd> = { booking: 'opened', sync: 'sync', 'opens soon': 'opens soon' };

type End = Pick<Rehearsal, 'state'> & { why?: RehearsalEnd; outcome?: RehearsalOutcome };

/**
 * Rehearses the opening of an event: copies it into a database of its own, starts the app there in a process of its own, sends made-up
 * families to it, and stores the outcome. It changes nothing else in the installation and sends no mail. After a death nothing is repeated:
 * `keepRehearsals` ends it.
 */
export async function runRehearsal(deps: Deps, id: string, stopping: AbortSignal): Promise<void> {
  const now = deps.now();
  const rehearsal = await Rehearsal.findOneAndUpdate(
    { _id: id, state: 'waiting', open: true },
    { $set: { state: 'running', startedAt: now, beatAt: now } },
    { returnDocument: 'after' },
  ).lean();
  if (!rehearsal) return;
  const scratch = scratchOf(rehearsal._id);
  let end: End;
  try {
    end = await play(deps, rehearsal, scratch, stopping);
  } catch (error) {
    const why = error instanceof BrokenOff ? error.why : lacksRight(error) ? 'no right' : 'fault';
    end = { state: 'broken off', why };
    deps.log.warn({ err: error, why }, 'the rehearsal of an opening broke off');
  }
  // Before another rehearsal may begin. If the database cannot be reached, `keepRehearsals` drops it later.
  await scratch.db.dropDatabase().catch(() => undefined);
  await Rehearsal.updateOne(
    { _id: rehearsal._id, state: 'running' },
    { $set: { ...end, endedAt: deps.now() }, $unset: { open: 1, stopping: 1 } },
  );
}

async function play(deps: Deps, rehearsal: Rehearsal, scratch: Scratch, stopping: AbortSignal): Promise<End> {
  const { account, plan, progress } = rehearsal;
  const event = await Event.findOne({ _id: rehearsal.event, account, status: 'active' }).lean();
  if (!event) return { state: 'stopped', why: 'event' };
  const now = deps.now();
  // Checked again, because the rehearsal may have waited since the form was sent.
  const busy = await findBusy(now, minutesOf(plan) * 60_000 + NEAR_MS);
  if (busy) return { state: 'stopped', why: ENDS[busy] };
  const { opensAt } = event.booking;
  const at = opensAt && opensAt > now ? opensAt : now;
  const child = new ScratchProcess((told) => Object.assign(progress, pick(told)));
  const beat = startBeat(deps, rehearsal, stopping, () => child.stop());
  try {
    await child.prepare({ uri: scratch.uri, dbName: scratch.name, at: at.getTime() });
    const onCopied = (count: number) => void (progress.copied += count);
    const opening = await copyEvent(event, { db: scratch.db, plan, at, onCopied, signal: beat.signal });
    const outcome = await child.open(opening);
    const why = beat.why();
    // Stopped before the first family came, so nothing was measured.
    const measured = outcome.pages.length > 0 ? { outcome: withIds(outcome) } : {};
    return { state: why ? 'stopped' : 'done', ...(why ? { why } : {}), ...measured };
  } catch (error) {
    // Stopped before the first family came, or another worker has the record.
    const why = beat.why();
    if (!why || error instanceof BrokenOff) throw error;
    return { state: 'stopped', why };
  } finally {
    beat.end();
    child.end();
  }
}

const pick = ({ arrived, finished, booked }: ScratchProgress) => ({ arrived, finished, booked });

function withIds({ teachers, ...outcome }: Outcome): RehearsalOutcome {
  return {
    ...outcome,
    teachers: teachers.map(({ resource, ...of }) => ({ resource: new Types.ObjectId(resource), ...of })),
  };
}

/** Reports that the worker lives and how far it is, and looks for reasons to end: a request, real work, or the time limit. */
function startBeat(deps: Deps, { _id, progress }: Rehearsal, stopping: AbortSignal, stop: () => void) {
  const over = new AbortController();
  let why: RehearsalEnd | undefined;
  let beats = 0;
  let heardAt = performance.now();
  const began = performance.now();
  const end = (reason: RehearsalEnd): void => {
    if (why) return;
    why = reason;
    over.abort(new Error(reason));
    stop();
  };
  const look = async (): Promise<void> => {
    beats += 1;
    const mine = await Rehearsal.findOneAndUpdate(
      { _id, state: 'running' },
      { $set: { beatAt: deps.now(), progress: { ...progress } } },
      { projection: { stopping: 1 } },
    ).lean();
    heardAt = performance.now();
    if (!mine) end('worker');
    else if (mine.stopping) end('asked');
    else if (performance.now() - began > LIMIT_MS) end('time');
    else if (beats % BEATS_A_LOOK === 0) {
      const busy = await findBusy(deps.now(), NEAR_MS);
      if (busy) end(ENDS[busy]);
    }
  };
  const timer = setInterval(() => {
    if (performance.now() - heardAt > SILENT_MS) end('database');
    look().catch(() => undefined);
  }, BEAT_MS);
  const onLeaving = () => end('worker');
  if (stopping.aborted) onLeaving();
  stopping.addEventListener('abort', onLeaving);
  return {
    signal: over.signal,
    why: () => why,
    end: (): void => {
      clearInterval(timer);
      stopping.removeEventListener('abort', onLeaving);
    },
  };
}
