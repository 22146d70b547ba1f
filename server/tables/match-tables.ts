import type { TableFormat } from './table-format.js';
import { FileRefused, wholeFile, type Problem } from './problem-list.js';
import { lettersOf } from './column-names.js';
import type { FileSource } from './file-source.js';

/** An upload's files by their purpose, and those with an unknown purpose. */
interface MatchedTables {
  matched: Map<string, FileSource>;
  strangers: FileSource[];
}

/**
 * Assigns files to the tables of a format, by their names: "Students (2).csv" and "students-2026-11.txt" are students.
 * @throws FileRefused if two files are the same table
 */
export function matchTables(
  tables: Readonly<Record<string, TableFormat>>,
  sources: readonly FileSource[],
): MatchedTables {
  const matched = new Map<string, FileSource>();
  const strangers: FileSource[] = [];
  for (const source of sources) {
    const table = isText(source)
      ? Object.keys(tables).find((key) => namesOf(tables[key]).includes(stemOf(source.name)))
      : undefined;
    if (!table) strangers.push(source);
    else if (matched.has(table))
      throw new FileRefused(
        wholeFile(source.name, { code: 'file twice', table: tables[table]?.name ?? table }),
      );
    else matched.set(table, source);
  }
  return { matched, strangers };
}

/** The problem that a file is not read. */
export function strangerProblem(source: FileSource, tables: Readonly<Record<string, TableFormat>>): Problem {
  const names = Object.values(tables).map(({ name }) => name);
  return wholeFile(
    source.name,
    isText(source) ? { code: 'unknown file', names } : { code: 'not a text file' },
  );
}

/** Whether a file's name shows that it is a table. */
export function isText({ name }: FileSource): boolean {
  return /\.(csv|txt|tsv|tab)$/i.test(name);
}

function namesOf(table: TableFormat | undefined): string[] {
  return table ? [stemOf(table.name), ...(table.also ?? [])] : [];
}

/** The letters of a name, without its ending and without the numbers of downloads and dates. */
function stemOf(name: string): string {
  const stem = name.replace(/\.[^.]*$/, '').replace(/\(\d+\)/g, '');
  return lettersOf(stem).replace(/\d+/g, '');
}
