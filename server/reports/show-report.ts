import type { Event } from '../models/event.js';
import { atLeast, type AccessLevel } from '../models/user.js';
import { eventFrame } from '../web/event-tabs.js';
import { shortDay } from '../web/format-time.js';
import { addressOf, pagerOf, sliceOf } from '../web/paging.js';
import { reportsFor } from './list-reports.js';
import type { Report, ReportEvent } from './make-report.js';
import type { ReportQuery } from './schema.js';

export const pathOf = (event: Pick<Event, '_id'>): string => `/reports/${event._id.toHexString()}`;

/** What every page of an event's reports has. */
export function reportFrame(event: ReportEvent, page: string) {
  return { ...eventFrame(event, 'reports', page), section: 'reports', path: pathOf(event) };
}

/** The requested part of a report, as the end of an address. */
export function asked({ q, day, show }: Pick<ReportQuery, 'q' | 'day' | 'show'>) {
  return { q, day, show };
}

/** The event's reports that somebody of a level in it may read, as links. */
export function listLinks(event: Pick<Event, '_id'>, level: AccessLevel) {
  return reportsFor(level).map(({ name, title, about }) => ({
    name,
    title,
    about,
    href: `${pathOf(event)}/${name}`,
  }));
}

/** The contents of a report's page, the same for every report. */
export async function showReport(report: Report, event: ReportEvent, query: ReportQuery) {
  const home = `${pathOf(event)}/${report.name}`;
  const hrefOf = (change: Partial<ReportQuery>) => addressOf(home, { ...asked(query), ...change });
  const slice = (total: number) => ({ ...sliceOf(total, query.page, report.size), size: report.size });
  const { groups, total, counts, stats, chart, empty } = await report.show(event, query, slice);
  const [first] = report.shows?.items ?? [];
  const show = report.shows?.items.some(([key]) => key === query.show) ? query.show : (first?.[0] ?? '');
  return {
    ...reportFrame(event, report.title),
    report,
    home,
    links: listLinks(event, event.level),
    groups,
    labels: report.labels(event, 'screen'),
    stats,
    chart,
    empty: empty ?? report.empty,
    mailings:
      report.writeTo && atLeast(event.level, 'event administrator')
        ? {
            home: `/events/${event._id.toHexString()}/mailings`,
            all: addressOf(`/events/${event._id.toHexString()}/mailings/new`, {
              group: report.writeTo(query),
            }),
          }
        : undefined,
    isFiltered: query.q !== '' || query.day !== '' || show !== '',
    q: query.q,
    keep: { day: query.day, show },
    dayChips: daysToChoose(report, event).map((day) => ({
      label: day ? shortDay(day, event) : 'All days',
      href: hrefOf({ day }),
      current: day === query.day,
    })),
    showChips: (report.shows?.items ?? []).map(([key, label]) => ({
      label,
      href: hrefOf({ show: key }),
      current: key === show,
      ...(counts ? { count: counts[key] ?? 0 } : {}),
    })),
    files: {
      csv: addressOf(`${home}.csv`, asked(query)),
      xlsx: addressOf(`${home}.xlsx`, asked(query)),
      print: addressOf(`${home}/print`, asked(query)),
    },
    pager: pagerOf(total, query.page, report.size, report.noun, (page) => hrefOf({ page })),
  };
}

/** The event's days, and all of them together if there are several. */
function daysToChoose(report: Report, { days }: Pick<Event, 'days'>): string[] {
  return report.byDay && days.length > 1 ? ['', ...days] : [];
}
