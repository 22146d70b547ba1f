import type { Response } from 'express';
import { countOf } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { listMailings, PAGE_SIZE } from './queries.js';
import { homeOf, mailingsPage, pathOf, subjectOf } from './show-frame.js';
import { statusOf } from './show-mailing.js';

/** The event's mailings, newest first. */
export async function showList(res: Response, page: number, now: Date): Promise<void> {
  const event = eventOf(res);
  const { mailings, total } = await listMailings(event, page);
  res.render('mailings/list', {
    ...mailingsPage(event, 'Group emails'),
    rows: mailings.map((mailing) => ({
      subject: subjectOf(event, mailing),
      href: pathOf(event, mailing._id),
      kind: mailing.kind === 'announcement' ? 'Announcement' : 'Group email',
      people: countOf(mailing.numbers.people, 'person', 'people'),
      when: shortDayAndTime(mailing.sendAt, event),
      isAhead: mailing.sendAt > now,
      status: statusOf(mailing),
    })),
    pager: pagerOf(total, page, PAGE_SIZE, ['group email', 'group emails'], (to) =>
      addressOf(homeOf(event), { page: to }),
    ),
  });
}
