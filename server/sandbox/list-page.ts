import type { District } from './district.js';
import type { Entry } from './district-view.js';
import type { AnyObject } from './generate-record.js';
import { KINDS, pluralOf, type Identity, type Kind } from './identify.js';
import { isReadable } from './judge-readable.js';
import { Refusal } from './reply.js';

/** Records of one kind in ascending order: those whose place `accept` accepts (cheap) and which, once made, `keep` keeps. */
export interface Span {
  kind: Kind;
  accept?: (index: number) => boolean;
  keep?: (object: AnyObject) => boolean;
}

/** The source of a list: spans in ascending order of their kinds, or a short list of ids. */
export type Source = { spans: readonly Span[] } | { ids: readonly string[] };

export interface Paging {
  limit: number;
  after: string | null;
  /** "last" means from the end. */
  before: string | null;
}

/** Clever's rules: 1 to 10,000, by default 100; a larger limit is 413, anything else 400; one cursor at most. */
export function readPaging(query: URLSearchParams): Paging {
  const limit = query.get('limit') ?? '100';
  if (!/^\d{1,9}$/.test(limit) || Number(limit) < 1)
    throw new Refusal(400, 'limit must be a whole number of at least 1');
  if (Number(limit) > 10_000) throw new Refusal(413, 'limit must be at most 10000');
  const after = query.get('starting_after');
  const before = query.get('ending_before');
  if (after !== null && before !== null)
    throw new Refusal(400, 'starting_after and ending_before exclude each other');
  return { limit: Number(limit), after, before };
}

/** One page of the source, ascending. A cursor that never named a record of this district is refused. */
export function takePage(district: District, source: Source, { limit, after, before }: Paging): Entry[] {
  const cursor = before ?? after;
  if (cursor !== null && !(before === 'last')) requireKnown(district, cursor);
  const backwards = before !== null;
  const from = before === 'last' ? null : cursor;
  const walk =
    'ids' in source
      ? walkIds(district, source.ids, from, backwards)
      : walkSpans(district, source.spans, from, backwards);
  const page: Entry[] = [];
  for (const entry of walk) {
    page.push(entry);
    if (page.length === limit) break;
  }
  return backwards ? page.reverse() : page;
}

function requireKnown(district: District, id: string): void {
  if (!district.removed.has(id) && !district.get(id)) throw new Refusal(400, 'the cursor names no record');
}

function* walkIds(
  district: District,
  ids: readonly string[],
  from: string | null,
  backwards: boolean,
): Generator<Entry> {
  const sorted = [...new Set(ids)].sort();
  for (const id of backwards ? sorted.reverse() : sorted) {
    if (from !== null && (backwards ? id >= from : id <= from)) continue;
    const found = district.get(id);
    if (found && isReadable(district, found)) yield found;
  }
}

function* walkSpans(
  district: District,
  spans: readonly Span[],
  from: string | null,
  backwards: boolean,
): Generator<Entry> {
  const start = from === null ? null : district.world.ids.parse(from);
  for (const span of backwards ? spans.toReversed() : spans) {
    for (const index of indexesOf(district, span.kind, start, backwards)) {
      if (span.accept && !span.accept(index)) continue;
      const object = district.at(span.kind, index);
      if (!object || (span.keep && !span.keep(object))) continue;
      if (isReadable(district, { kind: span.kind, object })) yield { kind: span.kind, object };
    }
  }
}

/** The places of a kind beyond the cursor. */
function* indexesOf(
  district: District,
  kind: Kind,
  start: Identity | null,
  backwards: boolean,
): Generator<number> {
  const count = district.count(kind);
  const order = start ? KINDS.indexOf(kind) - KINDS.indexOf(start.kind) : 0;
  if (backwards) {
    if (order > 0) return;
    for (let index = start && order === 0 ? start.index - 1 : count - 1; index >= 0; index -= 1) yield index;
  } else {
    if (order < 0) return;
    for (let index = start && order === 0 ? start.index + 1 : 0; index < count; index += 1) yield index;
  }
}

export interface PageAddress {
  /** With version: "/v3.1/schools/ID/users". */
  path: string;
  query: URLSearchParams;
  version: string;
}

/** Clever's envelope. A full page always has a `next`, which may lead to an empty page. */
export function wrapPage(
  entries: readonly Entry[],
  paging: Paging,
  { path, query, version }: PageAddress,
): unknown {
  const link = (rel: string, cursor?: { name: string; id: string }) => {
    const params = new URLSearchParams(query);
    if (cursor) {
      params.delete('starting_after');
      params.delete('ending_before');
      params.set(cursor.name, cursor.id);
    }
    return { rel, uri: params.size > 0 ? `${path}?${params.toString()}` : path };
  };
  const [first, last] = [entries[0], entries.at(-1)];
  const links = [link('self')];
  if (first && (paging.after !== null || (paging.before !== null && entries.length === paging.limit))) {
    links.push(link('prev', { name: 'ending_before', id: first.object.id }));
  }
  const more = entries.length === paging.limit || (paging.before !== null && paging.before !== 'last');
  if (last && more && paging.before !== 'last')
    links.push(link('next', { name: 'starting_after', id: last.object.id }));
  const data = entries.map(({ kind, object }) => ({
    data: object,
    uri: `/${version}/${pluralOf(kind)}/${object.id}`,
  }));
  return { data, links };
}
