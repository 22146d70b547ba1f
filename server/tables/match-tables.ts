import type { TableFormat } from './table-format.js';
import { FileRefused, type ProblemList } from './problem-list.js';
import { lettersOf } from './column-names.js';
import type { FileSource } from './file-source.js';

/**
 * Which of the files is which table of a format, by their names: "Students (2).csv" and "students-2026-11.txt" are
 * students. What is none is noted and not read.
 * @throws FileRefused where two files are the same table
 */
export function matchTables(
  tables: Readonly<Record<string, TableFormat>>,
  sources: readonly FileSource[],
  problems: ProblemList,
): Map<string, FileSource> {
  const matched = new Map<string, FileSource>();
  const wanted = Object.values(tables).map(({ name }) => name);
  for (const source of sources) {
    const table = isText(source)
      ? Object.keys(tables).find((key) => namesOf(tables[key]).includes(stemOf(source.name)))
      : undefined;
    const at = { file: source.name, line: 0, field: '' };
    if (!table)
      problems.add({
        ...at,
        problem: 'Slotbell does not know what this file is for. It was not read.',
        advice: isText(source)
          ? `If it belongs to the roster, give it one of these names: ${wanted.join(', ')}.`
          : 'Save a table as CSV or as tab-delimited text. Leave any other file out.',
      });
    else if (matched.has(table))
      throw new FileRefused({
        ...at,
        problem: `There are two files for ${tables[table]?.name ?? table}.`,
        advice: 'Upload one of them alone, with the other files.',
      });
    else matched.set(table, source);
  }
  return matched;
}

function isText({ name }: FileSource): boolean {
  return /\.(csv|txt|tsv|tab)$/i.test(name);
}

function namesOf(table: TableFormat | undefined): string[] {
  return table ? [stemOf(table.name), ...(table.also ?? [])] : [];
}

/** The letters of a name: without its ending, and without the numbers that downloads and dates add. */
function stemOf(name: string): string {
  const stem = name.replace(/\.[^.]*$/, '').replace(/\(\d+\)/g, '');
  return lettersOf(stem).replace(/\d+/g, '');
}
