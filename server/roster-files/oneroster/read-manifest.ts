import { lettersOf } from '../../tables/column-names.js';
import { readTable } from '../../tables/read-table.js';
import { refuseUnlisted } from '../../tables/require-tables.js';
import type { Reading } from '../../tables/reading.js';

/** What a OneRoster manifest says of a file: `bulk` holds everything, `delta` the changes since the last export. */
export type FileMode = 'bulk' | 'delta' | 'absent';

export interface Manifest {
  modeOf(table: string): FileMode;
  /** Whether the manifest says that the export does not include this file. */
  isLeftOut(table: string): boolean;
}

/**
 * Reads manifest.csv (OneRoster 1.1 and 1.2, CSV binding: `file.<name>` is absent, bulk or delta). A file that it does not list, or calls
 * absent although it is there, only adds and changes.
 * @throws FileRefused if a listed file is missing
 */
export async function readManifest(reading: Reading): Promise<Manifest> {
  const said = new Map<string, string>();
  for await (const row of readTable(reading, 'manifest')) {
    const property = row.of('propertyName');
    const value = row.of('value').toLowerCase();
    said.set(lettersOf(property), value);
    if (/^file\./i.test(property) && !/^(?:bulk|delta|absent)$/.test(value))
      reading.note(row, 'value', { code: 'unknown mode', cell: row.of('value'), property });
  }
  const modes = new Map<string, FileMode>();
  for (const table of Object.keys(reading.tables).filter((name) => name !== 'manifest')) {
    const mode = said.get(lettersOf(`file.${table}`));
    if (reading.has(table)) modes.set(table, mode === 'bulk' ? 'bulk' : 'delta');
    else if (mode === 'bulk' || mode === 'delta') refuseUnlisted(reading, table);
    else modes.set(table, 'absent');
  }
  return {
    modeOf: (table) => modes.get(table) ?? 'absent',
    isLeftOut: (table) => !reading.has(table) && said.get(lettersOf(`file.${table}`)) === 'absent',
  };
}
