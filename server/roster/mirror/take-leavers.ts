import type { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import {
  dropOlderWithheld,
  findWithheldHere,
  dropWithheldOf,
  dropWithheldRead,
} from '../../runs/changes/drop-withheld.js';
import { takeRemovals, type Document } from '../../runs/changes/take-removals.js';
import type { RefreshContext } from '../run/context.js';
import type { Ids } from '../../runs/changes/id-set.js';
import { SECTION_TIES } from '../../runs/changes/tie-kinds.js';
import { tellsAll } from '../../sources/download/download-district.js';
import { findLeavers, type Condition, type Leavers, type Removal } from '../people/find-leavers.js';
import { LISTS, type ListName } from '../../sources/records/lists.js';

type Of<F> = Pick<Removal<F>, 'store' | 'filter' | 'most'>;

/**
 * Marks as gone what a list no longer has. That settles what earlier runs withheld of the kind: all of it, or, if the list is incomplete, the
 * records that it has again.
 * @param seen what belongs here
 */
export async function takeLeavers<F>(
  context: RefreshContext,
  list: ListName,
  of: Of<F>,
  seen: Pick<Ids, 'has'>,
): Promise<void> {
  const { run, download } = context;
  const { answered, told, removals } = await findLeaversOf(context, list, of, seen);
  for (const remark of told) run.warn(remark);
  if (removals) await takeRemovals(run, removals);
  const { kind } = LISTS[list];
  const isWhole = answered && tellsAll(download[list]);
  const here = hereIn(context, seen);
  const isHere = ({ target, sourceId }: Pick<RosterChange, 'target' | 'sourceId'>) =>
    here.has(sourceId) || context.matched.has(target.toHexString());
  const back = isWhole ? [] : await findWithheldHere(run, kind, isHere);
  if (run.preview)
    await RosterRun.updateOne(
      { _id: run.id },
      {
        [isWhole ? '$addToSet' : '$pull']: { answered: kind },
        ...(back.length > 0 ? { $push: { back: { $each: back } } } : {}),
      },
    );
  else if (isWhole) await dropOlderWithheld(run, [kind]);
  else await dropWithheldOf(run, back);
}

/** Answers what earlier runs withheld of the people in sections: of all sections, or, if the list is incomplete, of those that were read. */
export async function answerTies({ run, download }: RefreshContext, read: Pick<Ids, 'has'>): Promise<void> {
  const kinds = Object.values(SECTION_TIES.kinds);
  const isWhole = tellsAll(download.sections);
  if (run.preview)
    await RosterRun.updateOne(
      { _id: run.id },
      isWhole ? { $addToSet: { answered: { $each: kinds } } } : { $pullAll: { answered: kinds } },
    );
  else if (isWhole) await dropOlderWithheld(run, kinds);
  else await dropWithheldRead(run, kinds, (id) => read.has(id));
}

/** Finds what a list would remove, before anything is marked. */
export function findLeaversOf<F>(
  context: RefreshContext,
  list: ListName,
  of: Of<F>,
  seen: Pick<Ids, 'has'>,
): Promise<Leavers> {
  const { run, download, gone, matched, stale, source, staying, doubts } = context;
  const doubtful = stale === true || Object.values(download).some(({ ended }) => ended === 'broken off');
  const waits = list === 'contacts' && staying?.size ? { waits: byStudents(staying) } : {};
  // The family of somebody in doubt stays: the source may have removed them with the child.
  const stays = list === 'contacts' && doubts.tied.size > 0 ? { stays: byStudents(doubts.tied) } : {};
  const outcome = download[list];
  const removal = { ...of, ...LISTS[list], outcome, doubtful, matched, source, ...waits, ...stays };
  const ids = download[list]?.ended === 'changes alone' ? (gone?.[list] ?? new Set<string>()) : undefined;
  return findLeavers(run, removal, hereIn(context, seen), ids);
}

/** A record that was refused for a fault of its own counts as here. */
function hereIn({ leftOut }: RefreshContext, seen: Pick<Ids, 'has'>): Pick<Ids, 'has'> {
  return { has: (id) => seen.has(id) || leftOut?.has(id) === true };
}

/** The guardians of certain students. */
function byStudents(students: Pick<Ids, 'has'>): Condition {
  return {
    path: 'relations.student',
    test: (document: Document) =>
      (document.relations as { student: string }[]).some(({ student }) => students.has(student)),
  };
}
