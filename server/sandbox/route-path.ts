import type { CleverTerm } from '../clever/schema.js';
import type { District } from './district.js';
import type { Entry } from './district-view.js';
import { allOf, eventsOf, partOf, termBelow, usersOf, type Found } from './find-records.js';
import { pluralOf, USER_KINDS, type Kind } from './identify.js';
import { isReadable } from './judge-readable.js';
import { readPaging, takePage, wrapPage } from './list-page.js';
import { jsonReply, Refusal, type Reply } from './reply.js';

const KIND_OF_PATH: Record<string, Kind> = {
  districts: 'district',
  schools: 'school',
  terms: 'term',
  courses: 'course',
  sections: 'section',
  users: 'student',
  events: 'event',
};

/** Links of a single object besides `self`, spelled as Clever spells them. */
const PARTS: Partial<Record<Kind, readonly string[]>> = {
  school: ['district', 'sections', 'users', 'terms', 'courses'],
  term: ['district', 'sections', 'schools'],
  course: ['district', 'sections', 'schools'],
  section: ['district', 'school', 'term', 'course', 'users'],
  student: ['district', 'sections', 'myContacts', 'myTeachers', 'schools'],
  teacher: ['district', 'sections', 'myStudents', 'schools'],
  staff: ['district', 'schools'],
  district_admin: ['district'],
  contact: ['district', 'myStudents'],
};

/** Answers a GET of the Data API. `path` has the version: "/v3.1/schools". Throws a Refusal. */
export function routePath(district: District, path: string, query: URLSearchParams): Reply {
  const [version = '', plural = '', id, part, ...rest] = path.slice(1).split('/');
  const kind = KIND_OF_PATH[plural];
  if (!/^v3\.[01]$/.test(version) || !kind || rest.length > 0) throw new Refusal(404, 'no such path');
  if (id === undefined) return listReply(district, wholeType(district, kind, query), path, version, query);
  const entry = readEntry(district, id);
  if (pluralOf(entry.kind) !== plural) throw new Refusal(404, 'not found');
  if (part === undefined) return singleReply(entry, `/${version}/${plural}/${id}`);
  const found = partOf(district, entry.kind, id, part, query);
  if (!found) throw new Refusal(404, 'no such path');
  if (!('single' in found)) return listReply(district, found, path, version, query);
  const one = readEntry(district, found.single ?? '');
  return jsonReply({
    data: shapeBelow(one),
    links: [{ rel: 'self', uri: `/${version}/${pluralOf(one.kind)}/${one.object.id}` }],
  });
}

function wholeType(
  district: District,
  kind: Kind,
  query: URLSearchParams,
): Exclude<Found, { single: unknown }> {
  if (kind === 'event') requireShared(district, ['event']);
  if (kind === 'event') return eventsOf(query);
  if (kind !== 'student') {
    requireShared(district, [kind]);
    return allOf(kind);
  }
  const role = query.get('role');
  const source = usersOf(district, role);
  requireShared(district, role === null ? USER_KINDS : USER_KINDS.filter((user) => user === role));
  return source;
}

/** 403 only if everything that was requested is refused. */
function requireShared(district: District, kinds: readonly Kind[]): void {
  if (kinds.every((kind) => district.sharingOf(kind) === '403')) throw new Refusal(403, 'missing scope');
}

function readEntry(district: District, id: string): Entry {
  const entry = district.get(id);
  if (!entry || !isReadable(district, entry)) throw new Refusal(404, 'not found');
  return entry;
}

function singleReply({ kind, object }: Entry, uri: string): Reply {
  const links = (PARTS[kind] ?? []).map((rel) => ({ rel, uri: `${uri}/${rel}` }));
  return jsonReply({ data: object, links: [{ rel: 'self', uri }, ...links] });
}

function listReply(
  district: District,
  source: Exclude<Found, { single: unknown }>,
  path: string,
  version: string,
  query: URLSearchParams,
): Reply {
  // The list of districts has no pages.
  const paging = path.endsWith('/districts')
    ? { limit: 10_000, after: null, before: null }
    : readPaging(query);
  const entries = takePage(district, source, paging);
  const below = path.split('/').length > 3;
  const shaped = below ? entries.map((entry) => ({ ...entry, object: shapeBelow(entry) })) : entries;
  return jsonReply(wrapPage(shaped, paging, { path, query, version }));
}

function shapeBelow({ kind, object }: Entry): Entry['object'] {
  return kind === 'term' ? termBelow(object as CleverTerm) : object;
}
