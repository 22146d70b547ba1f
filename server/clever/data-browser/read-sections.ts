import type { CleverClient } from '../client.js';
import type { CleverSection } from '../schema.js';
import type { Weighed } from './keep-readings.js';
import type { TermsReading } from './read-terms.js';
import { NO_TERM, UNSHARED_TERM } from './schema.js';

/** The facts of a section that the list shows, without its people. */
export interface SectionRow {
  id: string;
  name: string;
  period: string;
  school: string;
  course: string;
  /** Primary teacher first. */
  teachers: string[];
  students: number;
}

export interface SectionsReading {
  rows: SectionRow[];
  /** Whether there are more sections than are kept; the rest was not read. */
  cut: boolean;
}

/** As many as one term of the largest districts has; a reading stays under some 10 MB. */
const MOST_ROWS = 20_000;

/** The sections of one term, those without one, or those whose term is not shared. */
export async function readSections(
  client: CleverClient,
  term: string,
  known: Pick<TermsReading, 'terms'>,
): Promise<Weighed<SectionsReading>> {
  const ids = new Set(known.terms.map(({ id }) => id));
  const belongs = ({ term_id: id }: CleverSection): boolean => {
    if (term === NO_TERM) return !id;
    return term === UNSHARED_TERM ? !!id && !ids.has(id) : true;
  };
  const list = ids.has(term) ? client.pages(`/terms/${term}/sections`) : client.pages('/sections');
  const reading: SectionsReading = { rows: [], cut: false };
  for await (const { objects } of list) {
    for (const section of objects.filter(belongs)) {
      if (reading.rows.length < MOST_ROWS) reading.rows.push(rowOf(section));
      else reading.cut = true;
    }
    if (reading.cut) break;
  }
  return { value: reading, weight: reading.rows.length };
}

/** A section as a row of the list. */
export function rowOf(section: CleverSection): SectionRow {
  return {
    id: section.id,
    name: (section.name ?? '').trim().slice(0, 200),
    period: (section.period ?? '').trim().slice(0, 60),
    school: section.school ?? '',
    course: section.course ?? '',
    teachers: teachersOf(section),
    students: new Set(section.students ?? []).size,
  };
}

/** The primary teacher first, nobody twice. */
export function teachersOf({ teacher, teachers }: Pick<CleverSection, 'teacher' | 'teachers'>): string[] {
  return [...new Set([...(teacher ? [teacher] : []), ...(teachers ?? [])])];
}
