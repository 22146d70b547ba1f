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

/** What each format wants: read by the readers, shown on the page. */
export const FORMATS = {
  pickatime: {
    label: 'pickAtime’s files',
    lead: 'Tab-delimited files as for pickAtime’s own import. They add and change; only rows with “delete” in the column Action remove. Any of the six may be left out.',
    tables: PICKATIME,
  },
  'clever-csv': {
    label: 'Clever’s CSV files',
    lead: 'The files that a student information system writes for Clever. Each upload holds the whole roster: who is no longer in it leaves. Parents stand in students.csv, a row each.',
    tables: CLEVER,
  },
  oneroster: {
    label: 'OneRoster 1.1 or 1.2',
    lead: 'A OneRoster CSV export, best as the zip that it comes in. Its manifest tells of each file whether it is whole or only brings changes.',
    tables: ONEROSTER,
  },
} satisfies Record<FileFormat, Format>;
