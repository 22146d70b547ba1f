import { CLEVER } from '../clever/clever-format.js';
import { ONEROSTER } from '../oneroster/oneroster-format.js';
import { PICKATIME } from '../pickatime/pickatime-format.js';
import type { FileFormat } from '../../models/account.js';
import type { TableFormat } from '../../tables/table-format.js';

export interface Format {
  label: string;
  lead: string;
  tables: Record<string, TableFormat>;
}

/** What each format needs; used by the readers and shown on the page. */
export const FORMATS = {
  pickatime: {
    label: 'pickAtime’s files',
    lead: 'The tab-delimited files of pickAtime’s own import. They add and change. To remove somebody, write “delete” in the column Action of their row. You don’t need all six files.',
    tables: PICKATIME,
  },
  'clever-csv': {
    label: 'Clever’s CSV files',
    lead: 'The files that a student information system exports for Clever. Upload the whole roster each time: people who are no longer in it are removed. Parents are listed in students.csv, one row for each.',
    tables: CLEVER,
  },
  oneroster: {
    label: 'OneRoster 1.1 or 1.2',
    lead: 'A OneRoster CSV export, best as the zip file that it comes in. Its manifest says for each file whether it holds the whole list or only changes.',
    tables: ONEROSTER,
  },
} satisfies Record<FileFormat, Format>;
