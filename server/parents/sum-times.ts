import type { PlacedEvent } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { sayWhole } from './explain-time.js';
import { linkMeeting } from './link-meeting.js';
import type { TimeView } from './find-times.js';
import { sumReasons, type NoneCode } from './sum-reasons.js';

/** Why none of a teacher's times can be booked. */
export interface WhyNone {
  code: NoneCode;
  /** A word or two. */
  note: string;
  /** The reason, and what to do. */
  text: string;
  /** A link to the family's own meeting with the teacher, where that is the reason. */
  own?: { href: string; label: string };
}

/** Sums up why none of a teacher's times can be booked; undefined if one can. */
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
  const { code, time } = sumReasons(
    times.map((one) => ({ ...one, isMine: one.state === 'mine' })),
    looking.isChange,
  );
  if (time?.refusal) {
    const { refusal, meeting } = time;
    const own = meeting?.isHere ? { own: linkMeeting(looking, meeting) } : {};
    const note = refusal === 'not open' ? t('why.notOpen') : t('why.limit');
    return { code: refusal, note, text: sayWhole(looking, refusal, meeting), ...own };
  }
  switch (code) {
    case 'over':
      return { code, note: t('why.over'), text: t('why.overText', values) };
    case 'busy':
      return { code, note: t('why.busy'), text: t('why.busyText', values) };
    case 'interpreter busy':
      return { code, note: t('times.noInterpreter'), text: t('why.interpreterText', values) };
    case 'full':
      return { code, note: t('why.full'), text: t('why.fullText', values) };
    case 'call':
      return { code, note: t('why.call'), text: t('why.callText', values) };
    case 'too late':
      return { code, note: t('times.tooLate'), text: t('why.tooLateText', values) };
    default:
      return { code, note: t('times.away'), text: t('why.offText', values) };
  }
}
