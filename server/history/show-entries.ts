import type { Types } from 'mongoose';
import { sayAction } from '../audit/say-action.js';
import type { AuditEntry } from '../models/audit-entry.js';
import { number } from '../web/format-count.js';
import { numericMoment } from '../web/format-time.js';
import type { Place } from '../web/place.js';
import { MOST_NAMED, nameTargets, type Names } from './find-names.js';
import { sayChanges, type SaidChange } from './say-changes.js';
import { sayDetail } from './say-detail.js';

/** An entry as its page and its file show it. */
export interface AuditRow {
  when: string;
  who: string;
  /** The login, which links to everything it did; '' if no person did it. */
  user: string;
  /** '' if it is unknown. */
  from: string;
  what: string;
  /** To whom or what. */
  about: string[];
  event: string;
  details: string[];
  changes: SaidChange[];
}

/** Entries in words, with present names. */
export async function showEntries(
  account: Types.ObjectId,
  entries: readonly AuditEntry[],
  place: Place,
): Promise<AuditRow[]> {
  const names = await nameTargets(account, entries, place);
  return entries.map((entry) => ({
    when: numericMoment(entry.at, place),
    who: whoOf(entry, names),
    user: entry.user?.toHexString() ?? '',
    from: entry.from ?? '',
    what: sayAction(entry.action),
    about: aboutOf(entry, names),
    event: entry.event ? (names.get(entry.event.toHexString()) ?? 'An event that was deleted') : '',
    details: sayDetail(entry.detail, place),
    changes: sayChanges(entry.action, entry.changes ?? [], place, names),
  }));
}

function whoOf({ user }: AuditEntry, names: Names): string {
  return user ? (names.get(user.toHexString()) ?? 'Somebody who no longer has a login') : 'Slotbell';
}

/** A target without a name, such as a slot or a run, is described by the action. */
function aboutOf({ targets }: AuditEntry, names: Names): string[] {
  const named = targets.slice(0, MOST_NAMED).flatMap((id) => names.get(id.toHexString()) ?? []);
  const more = named.length > 0 ? targets.length - named.length : 0;
  return more > 0 ? [...named, `and ${number(more)} more`] : named;
}
