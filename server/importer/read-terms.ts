import type { Types } from 'mongoose';
import type { CleverClient } from '../clever/client.js';
import type { CleverError } from '../clever/explain-failure.js';
import { readForPage } from '../clever/read-for-page.js';
import type { Deps } from '../deps.js';
import { sourceOf, type Account } from '../models/account.js';
import { School } from '../models/school.js';
import { Section } from '../models/section.js';
import { Term } from '../models/term.js';
import { mapCleverSection, mapCleverTerm, type RosterTerm } from '../sources/records/map-clever-class.js';
import type { MatchedSchools } from '../sources/records/map-clever-person.js';

/** A term to choose, with what the chosen schools have in it. */
export interface TermChoice extends RosterTerm {
  id: string;
  sections: number;
}

export interface TermChoices {
  /** Terms with sections first, the newest first. */
  terms: TermChoice[];
  /** Sections that name no term, or one that is not shared. */
  noTerm: number;
  /** Whether this is what Clever shares now, or what the last download had. */
  live: boolean;
}

export type TermsRead = { ok: true; value: TermChoices } | { ok: false; message: string };

/** The terms of the chosen schools: from the last download if it had these schools, else from Clever while the person waits. */
export async function readTerms(deps: Deps, account: Account, schools: Types.ObjectId[]): Promise<TermsRead> {
  if (sourceOf(account) === 'files') return { ok: true, value: await fromMirror(account._id, schools) };
  const mirrored = await mirroredSchools(account._id, schools);
  if (mirrored.length === schools.length) return { ok: true, value: await fromMirror(account._id, schools) };
  const chosen = await cleverSchools(account._id, schools);
  const read = await readForPage(deps, account, (client) => fromClever(client, chosen));
  return read.ok ? read : { ok: false, message: sayWhy(read) };
}

async function mirroredSchools(
  account: Types.ObjectId,
  schools: Types.ObjectId[],
): Promise<Types.ObjectId[]> {
  return Section.distinct('school', { account, status: 'active', school: { $in: schools } });
}

async function cleverSchools(account: Types.ObjectId, schools: Types.ObjectId[]): Promise<MatchedSchools> {
  const found = await School.find({ account, _id: { $in: schools } }, { clever: 1 }).lean();
  return new Map(found.flatMap(({ _id, clever }) => (clever ? [[clever.id, _id] as const] : [])));
}

async function fromMirror(account: Types.ObjectId, schools: Types.ObjectId[]): Promise<TermChoices> {
  const [terms, counts] = await Promise.all([
    Term.find({ account, status: 'active' }).lean(),
    Section.aggregate<{ _id: string; count: number }>([
      { $match: { account, status: 'active', school: { $in: schools } } },
      { $project: { term: { $setUnion: [['$term'], { $ifNull: ['$otherTerms', []] }] } } },
      { $unwind: '$term' },
      { $group: { _id: '$term', count: { $sum: 1 } } },
    ]),
  ]);
  const rows = terms.map(({ record, name, start, end }) => ({ id: record.id, name, start, end }));
  return { ...choicesOf(rows, new Map(counts.map(({ _id, count }) => [_id, count]))), live: false };
}

async function fromClever(client: CleverClient, schools: MatchedSchools): Promise<TermChoices> {
  const rows: (RosterTerm & { id: string })[] = [];
  for await (const { objects } of client.pages('/terms')) {
    for (const term of objects) {
      const mapped = mapCleverTerm(term);
      if (mapped.ok) rows.push({ id: mapped.record.id, ...mapped.record.fields });
    }
  }
  const counts = new Map<string, number>();
  for await (const { objects } of client.pages('/sections')) {
    for (const section of objects) {
      // As an import reads them.
      const mapped = mapCleverSection(section, schools);
      if (!mapped.ok) continue;
      const { term } = mapped.record.fields;
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
  }
  return { ...choicesOf(rows, counts), live: true };
}

function choicesOf(
  rows: (RosterTerm & { id: string })[],
  counts: ReadonlyMap<string, number>,
): Pick<TermChoices, 'terms' | 'noTerm'> {
  const terms = rows.map((row) => ({ ...row, sections: counts.get(row.id) ?? 0 }));
  const inTerms = terms.reduce((sum, { sections }) => sum + sections, 0);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { terms: terms.sort(order), noTerm: all - inTerms };
}

function order(a: TermChoice, b: TermChoice): number {
  return (
    Number(b.sections > 0) - Number(a.sections > 0) ||
    b.start.localeCompare(a.start) ||
    a.name.localeCompare(b.name)
  );
}

function sayWhy(read: { reason: string; error?: CleverError }): string {
  return read.error?.message ?? 'Clever isn’t set up yet, so its terms can’t be read.';
}
