import { layOutTimes, type Span, type Times } from './plan-slots.js';

/** A stretch of each day, as local HH:mm. */
export interface Block {
  from: string;
  to: string;
}

/** The requested times: some local days in the event's zone, each with the same blocks. */
export interface Pattern {
  /** YYYY-MM-DD, ascending. */
  days: string[];
  /** In ascending order, with a break between two blocks. */
  blocks: Block[];
  /** Length of one slot. */
  minutes: number;
  /** Between two slots of a block. */
  breakMinutes: number;
}

/** A time, and the local day it is on. */
export interface DayTime extends Span {
  day: string;
}

export type LaidOut =
  | {
      ok: true;
      times: DayTime[];
      /** Of the first day: for each block the time that would come next but no longer fits. */
      tooLate: Span[];
    }
  | (Extract<Times, { ok: false }> & { day: string; block: Block })
  | { ok: false; field: 'from'; reason: 'blocks overlap' | 'too many' };

/**
 * The times of every block on every day, in order.
 * @param most how many times are allowed; more are refused before they are made
 */
export function layOutDays(pattern: Pattern, zone: string, most: number): LaidOut {
  const { days, blocks, ...rest } = pattern;
  if (blocks.some((block, index) => block.from < (blocks[index - 1]?.to ?? '')))
    return { ok: false, field: 'from', reason: 'blocks overlap' };
  const times: DayTime[] = [];
  const tooLate: Span[] = [];
  for (const day of days)
    for (const block of blocks) {
      const laidOut = layOutTimes({ day, ...block, ...rest }, zone);
      if (!laidOut.ok) return { ...laidOut, day, block };
      times.push(...laidOut.times.map((span) => ({ ...span, day })));
      if (laidOut.tooLate && day === days[0]) tooLate.push(laidOut.tooLate);
      if (times.length > most) return { ok: false, field: 'from', reason: 'too many' };
    }
  return { ok: true, times, tooLate };
}
