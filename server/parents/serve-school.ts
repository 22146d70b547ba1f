import type { Router } from 'express';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Event } from '../models/event.js';
import { bookingState } from '../web/booking-state.js';
import { notFound } from '../web/errors.js';
import { daysInWords } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { placed } from '../web/place.js';
import { speakTo } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { brandOf } from '../web/show-brand.js';
import { sayWindow } from './show-opening.js';

/** More events than a school opens at a time. */
const LISTED = 50;
const DAY_MS = 24 * 3600_000;

/** A school's public link: the events that parents can book, or soon can. A former name leads to the present one. */
export function addSchoolPage(router: Router, deps: Deps): void {
  router.get('/s/:school', async (req, res) => {
    const name = req.params.school.toLowerCase();
    const account = /^[a-z\d-]{3,40}$/.test(name) ? await Account.findOne({ linkNames: name }).lean() : null;
    if (!account) throw notFound();
    if (account.linkName && account.linkName !== req.params.school) {
      res.redirect(302, `/s/${account.linkName}`);
      return;
    }
    const now = deps.now();
    const reader = await speakTo(res, account);
    const events = await Event.find({
      account: account._id,
      status: 'active',
      'booking.opensAt': { $exists: true },
      // No time zone has an earlier date than this. Events of earlier years, which may be many, are not read.
      days: { $gte: dayOf(new Date(now.getTime() - DAY_MS), 'UTC') },
    })
      .sort({ sortKey: 1 })
      .limit(LISTED)
      .lean();
    const shown = events
      .filter((event) => bookingState(event, now) !== 'over')
      .sort((a, b) => (a.days[0] ?? '').localeCompare(b.days[0] ?? ''))
      .map((event) => placed(event, reader));
    res.render('booking/school', {
      title: wordsOf(reader)('school.heading'),
      school: brandOf(account),
      office: callOffice({ ...reader, office: account.office }),
      events: shown.map((event) => ({
        name: event.name,
        link: event.link,
        place: event.place,
        days: daysInWords(event.days, event),
        booking: sayWindow(event, now),
      })),
    });
  });
}
