import type { CleverClient } from '../client.js';
import type { Weighed } from './keep-readings.js';

export interface TermRow {
  id: string;
  name: string;
  /** YYYY-MM-DD or ''. */
  start: string;
  end: string;
  sections: number;
}

export interface TermsReading {
  terms: TermRow[];
  /** Sections that name no term. */
  noTerm: number;
  /** Sections that name a term which the district does not share with us. */
  unshared: number;
  sections: number;
}

/** The district's terms and how many sections each has. Clever gives no counts, so all sections are read once; only counts are kept. */
export async function readTerms(client: CleverClient): Promise<Weighed<TermsReading>> {
  const terms = new Map<string, TermRow>();
  for await (const { objects } of client.pages('/terms')) {
    for (const { id, name, start_date: start, end_date: end } of objects)
      terms.set(id, {
        id,
        name: (name ?? '').slice(0, 200),
        start: (start ?? '').slice(0, 10),
        end: (end ?? '').slice(0, 10),
        sections: 0,
      });
  }
  const reading: TermsReading = { terms: [], noTerm: 0, unshared: 0, sections: 0 };
  for await (const { objects } of client.pages('/sections')) {
    for (const { term_id: termId } of objects) {
      reading.sections += 1;
      const term = terms.get(termId ?? '');
      if (term) term.sections += 1;
      else if (termId) reading.unshared += 1;
      else reading.noTerm += 1;
    }
  }
  reading.terms = [...terms.values()].sort((a, b) => order(a, b));
  return { value: reading, weight: terms.size };
}

/** The newest first; those without dates last, by name. */
function order(a: TermRow, b: TermRow): number {
  return b.start.localeCompare(a.start) || a.end.localeCompare(b.end) || a.name.localeCompare(b.name);
}
