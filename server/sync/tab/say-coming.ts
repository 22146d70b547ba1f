import type { Types } from 'mongoose';
import { RosterRun } from '../../models/roster-run.js';
import type { Run, RunPurpose } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { pathOfRefresh, pathOfRun } from '../../runs/show/queries.js';
import { mayRunAll, mayRunEvent, type Actor } from '../../web/actor.js';
import { dayAndTimeSoon } from '../../web/format-time.js';
import type { PlacedEvent } from '../../web/place.js';
import { findNextNight } from '../nights/find-due-night.js';
import { isConnected } from './queries.js';

/** A run that may change what a page lists, in words. */
export interface Coming {
  text: string;
  /** The address of its page, for readers who may open it. */
  href?: string;
}

const LIVING = {
  state: { $in: ['queued' as const, 'running' as const] },
  purpose: { $ne: 'preview' as const },
};

/**
 * The run that is at work or comes next and may change an event's classes and appointments: the event's own, else one of the account's
 * roster, which the event follows, else its next night. Undefined if none is to come.
 */
export async function sayComing(actor: Actor, event: PlacedEvent, now: Date): Promise<Coming | undefined> {
  const own = await SyncRun.findOne({ event: event._id, ...LIVING })
    .sort({ state: -1 })
    .lean();
  if (own) {
    const href = mayRunEvent(actor, event._id) ? pathOfRun(own._id) : undefined;
    return coming(`${sayLiving(own, actor, now)} It may change this list.`, href);
  }
  if (!event.sync?.on || event.status === 'archived') return undefined;
  const roster = await livingRefresh(event.account);
  if (roster) {
    const href = mayRunAll(actor) ? pathOfRefresh(roster._id) : undefined;
    return coming('The school’s roster is being updated. This list may change afterwards.', href);
  }
  if (!(await isConnected(event.account))) return undefined;
  const night = dayAndTimeSoon(findNextNight(event.sync.hour, actor.timeZone, now), actor, now);
  return { text: `The next sync is on ${night}. It may change this list.` };
}

function livingRefresh(account: Types.ObjectId): Promise<RosterRun | null> {
  return RosterRun.findOne({ account, ...LIVING })
    .sort({ state: -1 })
    .lean();
}

const NAMES: Partial<Record<RunPurpose, string>> = { undo: 'An undo' };

function sayLiving({ purpose, state, retryAt }: Run, actor: Actor, now: Date): string {
  const name = NAMES[purpose] ?? 'A sync';
  if (state === 'running') return `${name} is running now.`;
  return retryAt && retryAt > now
    ? `${name} starts on ${dayAndTimeSoon(retryAt, actor, now)}.`
    : `${name} is about to start.`;
}

function coming(text: string, href: string | undefined): Coming {
  return href ? { text, href } : { text };
}
