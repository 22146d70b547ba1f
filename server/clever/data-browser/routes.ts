import express, { type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { actorOf } from '../../web/actor.js';
import { forbidden, notFound } from '../../web/errors.js';
import { longDay, timeOfDay } from '../../web/format-time.js';
import { addressOf, pagerOf, sliceOf } from '../../web/paging.js';
import { parseForm, parseQuery } from '../../web/parse.js';
import { refuseHere } from '../../web/session.js';
import type { CleverClient } from '../client.js';
import { readForPage } from '../read-for-page.js';
import { createReadings } from './keep-readings.js';
import { mayBrowse, mayConnect } from './policy.js';
import { findSections } from './queries.js';
import { readNames } from './read-names.js';
import { readSection } from './read-section.js';
import { readSections } from './read-sections.js';
import { readTerms, type TermsReading } from './read-terms.js';
import { againSchema, listQuery, NO_TERM, pageQuery, UNSHARED_TERM } from './schema.js';

const HOME = '/data-browser';
const KEPT_MS = 10 * 60_000;
/** For all accounts together; some 40 MB. */
const KEPT_ROWS = 100_000;
const PAGE_SIZE = 50;

/** What Clever shares, before an import: terms, their sections, one section's students. Nothing is written. */
export function dataBrowserRoutes(deps: Deps): Router {
  const router = express.Router();
  const readings = createReadings({ ttlMs: KEPT_MS, maxWeight: KEPT_ROWS, now: deps.now });

  router.use((_req, res, next) => {
    if (!mayBrowse(actorOf(res))) throw forbidden();
    next();
  });

  const showTerms = (res: Response) =>
    look(deps, res, async (client, group) => {
      const terms = await readings.get(`${group} terms`, () => readTerms(client));
      return () => {
        res.render('data-browser/terms', {
          ...page(res, 'Data Browser'),
          terms: terms.value,
          ...readAt(res, terms.at),
        });
      };
    });
  router.get('/', (_req, res) => showTerms(res));

  router.post('/readings', async (req, res) => {
    const parsed = parseForm(againSchema, req.body);
    if (!parsed.ok) {
      refuseHere(res, { values: {}, errors: { term: 'Select a term from the list, then read it again.' } });
      return showTerms(res);
    }
    readings.forget(groupOf(res));
    res.redirect(303, parsed.value.term ? `${HOME}/terms/${parsed.value.term}` : HOME);
  });

  router.get('/terms/:term', (req, res) =>
    look(deps, res, async (client, group, schools) => {
      const query = parseQuery(listQuery, req.query);
      const { value: known } = await readings.get(`${group} terms`, () => readTerms(client));
      const term = termNamed(known, req.params.term);
      const sections = await readings.get(`${group} term ${term.id}`, () =>
        readSections(client, term.id, known),
      );
      const names = await readings.get(`${group} names`, () => readNames(client));
      const found = findSections(sections.value.rows, names.value, schools, query);
      const { skip } = sliceOf(found.length, query.page, PAGE_SIZE);
      const href = (change: object): string =>
        addressOf(`${HOME}/terms/${term.id}`, { q: query.q, sort: query.sort, ...change });
      return () => {
        res.render('data-browser/sections', {
          ...page(res, term.name),
          term,
          query,
          href,
          cut: sections.value.cut,
          total: sections.value.rows.length,
          sections: found.slice(skip, skip + PAGE_SIZE),
          manySchools: schools.size > 1,
          pager: pagerOf(found.length, query.page, PAGE_SIZE, ['section', 'sections'], (number) =>
            href({ page: number }),
          ),
          ...readAt(res, sections.at),
        });
      };
    }),
  );

  router.get('/sections/:section', (req, res) =>
    look(deps, res, async (client, group, schools) => {
      const found = await readSection(client, req.params.section);
      if (!found) throw notFound();
      const { value: names } = await readings.get(`${group} names`, () => readNames(client));
      const { value: known } = await readings.get(`${group} terms`, () => readTerms(client));
      const { page: number } = parseQuery(pageQuery, req.query);
      const { skip } = sliceOf(found.students.length, number, PAGE_SIZE);
      const path = `${HOME}/sections/${found.section.id}`;
      return () => {
        res.render('data-browser/section', {
          ...page(res, found.section.name || 'Section without a name'),
          found,
          course: names.courses.get(found.section.course) ?? '',
          school: schools.get(found.section.school) ?? '',
          term: termNamed(known, termOf(known, found.term)),
          students: found.students.slice(skip, skip + PAGE_SIZE),
          pager: pagerOf(found.students.length, number, PAGE_SIZE, ['student', 'students'], (to) =>
            addressOf(path, { page: to }),
          ),
          ...readAt(res, deps.now()),
        });
      };
    }),
  );

  return router;
}

/** Reads from Clever for one page, or shows why that is impossible: not set up yet (200), or a fault of Clever's (502). */
async function look(
  deps: Deps,
  res: Response,
  read: (client: CleverClient, group: string, schools: Map<string, string>) => Promise<() => void>,
): Promise<void> {
  const actor = actorOf(res);
  const account = await Account.findById(actor.account, { clever: 1 }).lean();
  const approval = account?.clever?.approval ?? 'unknown';
  const common = { ...page(res, 'Data Browser'), mayConnect: mayConnect(actor) };
  if (!account?.clever?.credentials || approval === 'waiting') {
    res.render('data-browser/not-set-up', { ...common, waiting: approval === 'waiting' });
    return;
  }
  // The district is part of the key: another district's readings are never shown.
  const group = `${groupOf(res)} ${account.clever.districtId}`;
  const schools = new Map(account.clever.schools.map(({ id, name }) => [id, name]));
  const asked = await readForPage(deps, account, (client) => read(client, group, schools));
  if (asked.ok) {
    asked.value();
    return;
  }
  if (asked.reason !== 'clever') {
    res.render('data-browser/not-set-up', { ...common, waiting: false });
    return;
  }
  deps.log.warn(
    { kind: asked.error.kind, what: asked.error.what },
    'the data browser could not read from Clever',
  );
  const needsSetUp = ['unauthorized', 'not-approved', 'forbidden'].includes(asked.error.kind);
  res.status(502).render('data-browser/fault', { ...common, message: asked.error.message, needsSetUp });
}

/** The term in an address; 404 if the district does not have it. */
function termNamed(
  known: TermsReading,
  id: string,
): { id: string; name: string; start: string; end: string } {
  if (id === NO_TERM) return { id, name: 'No term', start: '', end: '' };
  if (id === UNSHARED_TERM) return { id, name: 'Term not shared', start: '', end: '' };
  const term = known.terms.find((candidate) => candidate.id === id);
  if (!term) throw notFound();
  return { ...term, name: term.name || 'Term without a name' };
}

function termOf(known: TermsReading, id: string): string {
  if (!id) return NO_TERM;
  return known.terms.some((term) => term.id === id) ? id : UNSHARED_TERM;
}

function groupOf(res: Response): string {
  return actorOf(res).account.toHexString();
}

function page(res: Response, title: string) {
  const actor = actorOf(res);
  return { title, section: 'data-browser', home: HOME, longDay: (day: string) => longDay(day, actor) };
}

function readAt(res: Response, at: Date) {
  return { readAt: timeOfDay(at, actorOf(res)) };
}
