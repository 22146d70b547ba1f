import type { Refusal } from '../models/appointment.js';
import type { PlacedEvent } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { sayWhole } from './explain-time.js';
import { linkMeeting } from './link-meeting.js';
import type { TimeView } from './find-times.js';
import { OF_WISH } from './refuse-booking.js';

/** Why a teacher can't be booked at any time. */
export interface WhyNone {
  code: 'over' | 'full' | 'busy' | 'call' | Refusal;
  /** In a word or two. */
  note: string;
  /** What is so, and what to do. */
  text: string;
  /** The way to the family's own meeting with the teacher, where that is why. */
  own?: { href: string; label: string };
}

/** Rules of the whole wish: each time that nothing else refuses is refused for them. */
const OF_ALL: Refusal[] = ['no class', ...OF_WISH];

/**
 * Sums up why none of a teacher's times can be booked; undefined where one can. Times that the family has itself tell nothing of the
 * others, but for the limit that they have reached; where one of them is to be changed, not even that.
 */
export function sumTimes(
  looking: {
    event: PlacedEvent;
    home: string;
    now: Date;
    teacher: string;
    child: string;
    isChange?: boolean;
  },
  times: TimeView[],
): WhyNone | undefined {
  if (times.some(({ state }) => state === 'free')) return undefined;
  const { event, teacher, child } = looking;
  const t = wordsOf(event);
  const values = { teacher, child, office: callOffice(event) };
  const others = times.filter(({ state }) => state !== 'mine');
  const ofAll = (looking.isChange ? others : times).find(
    ({ refusal }) => refusal && OF_ALL.includes(refusal),
  );
  if (ofAll?.refusal) {
    const { refusal: code, meeting } = ofAll;
    const own = meeting?.isHere ? { own: linkMeeting(looking, meeting) } : {};
    const note = code === 'not open' ? t('why.notOpen') : t('why.limit');
    return { code, note, text: sayWhole(looking, code, meeting), ...own };
  }
  const codes = new Set(others.map(({ refusal }) => refusal));
  if (others.length === 0) return { code: 'over', note: t('why.over'), text: t('why.overText', values) };
  // There is a time that only their own meeting is in the way of.
  if (codes.has('household busy'))
    return { code: 'busy', note: t('why.busy'), text: t('why.busyText', values) };
  if (codes.has('taken') || codes.has('teacher busy') || codes.has('day limit'))
    return { code: 'full', note: t('why.full'), text: t('why.fullText', values) };
  const unspoken = others.find(({ refusal }) => refusal === 'interpreter busy');
  if (unspoken)
    return {
      code: 'interpreter busy',
      note: t('times.noInterpreter'),
      text: t('why.interpreterText', values),
    };
  if (others.some(({ slot }) => slot.state === 'call the school'))
    return { code: 'call', note: t('why.call'), text: t('why.callText', values) };
  if (codes.has('too late'))
    return { code: 'too late', note: t('times.tooLate'), text: t('why.tooLateText', values) };
  return { code: 'not offered', note: t('times.away'), text: t('why.offText', values) };
}
