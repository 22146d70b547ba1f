import mongoose from 'mongoose';

/**
 * Where a stored text may be any text: what a person typed, what the source of a roster says, and mails, which are texts by nature. A
 * pattern is a collection and a path, without places in lists; `**` is whatever lies below. Everything else is a code, an id, a name or a number.
 */
const ANY_TEXT = [
  // People, schools and classes, as the source has them or somebody entered them.
  ...['contact', 'school', 'term', 'course', 'section', 'class', 'resource', 'uploadChunk'].map(
    (name) => `${name} **`,
  ),
  'rosterChange document.**',
  'rosterChange fields.before.**',
  'rosterChange fields.after.**',
  'rosterChange searchKey',
  'duplicate newcomer.fields.**',
  'duplicate searchKey',
  'syncRun choice.terms.name',
  'syncRun chose.**',
  // What staff and parents typed.
  ...['name', 'identifierNames.**', 'clever.districtName', 'clever.schools.**'].map(
    (path) => `account ${path}`,
  ),
  ...['name', 'description', 'place', 'sortKey', 'sync.terms.name'].map((path) => `event ${path}`),
  'user name',
  'slot message',
  'appointment note',
  'duplicate note',
  'rosterRun reason',
  'syncRun reason',
  'auditEntry detail.reason',
  // Names of files and columns, and what stands in their cells.
  ...['files.name', 'names', 'problems.file', 'problems.field'].map((path) => `rosterUpload ${path}`),
  ...['cell', 'became', 'like', 'property', 'names', 'stranger'].map(
    (value) => `rosterUpload problems.fault.${value}`,
  ),
  // Mails, and what the next page says once.
  ...['subject', 'text', 'ics'].map((path) => `notification ${path}`),
  'session **',
  'oneTimeLink **',
  // As version 0.4.0 wrote its log.
  'syncLog text',
  'rosterChange text',
].map(patternOf);

/** Codes under which the words of an older version are kept, beside them, and where. */
const OLD_WORDS = new Set(['text', 'sentence']);
const OLD_PATHS = new Set(['text', 'advice']);

/** Stored texts that are sentences and should be codes with their numbers, one line each: where, and the text. */
export async function findSentences(): Promise<string[]> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('no database');
  const found = new Set<string>();
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    // Of whole collections nothing needs to be read.
    if (mayBeAnyText(name, '')) continue;
    for await (const document of db.collection(name).find())
      for (const [path, text] of textsIn(document, ''))
        if (isSentence(text) && !mayBeAnyText(name, path)) found.add(`${name} ${path}: ${text}`);
  }
  return [...found];
}

function mayBeAnyText(name: string, path: string): boolean {
  return ANY_TEXT.some((pattern) => pattern.test(`${name} ${path}`));
}

function patternOf(place: string): RegExp {
  const [name = '', path = ''] = place.split(' ');
  if (path === '**') return new RegExp(`^${name} `);
  const escaped = path.replace('.**', '').replaceAll('.', '\\.');
  return new RegExp(`^${name} ${escaped}${path.endsWith('**') ? '(\\.|$)' : '$'}`);
}

/** Three words and a full stop, or four with a capital letter before them. */
function isSentence(text: string): boolean {
  return /^\S+(\s+\S+){2,}[.!?…]$/u.test(text) || /^\p{Lu}\S*(\s+\S+){3,}$/u.test(text);
}

/** Every text in a document, with its path. */
function* textsIn(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const held of value) yield* textsIn(held, path);
  else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    for (const [key, held] of Object.entries(value))
      if (!(OLD_PATHS.has(key) && OLD_WORDS.has(String((value as { code?: unknown }).code))))
        yield* textsIn(held, path === '' ? key : `${path}.${key}`);
}
