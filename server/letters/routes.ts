import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { eventPage, pathOf } from '../events/show-event.js';
import { School } from '../models/school.js';
import { accountOf, actorOf } from '../web/actor.js';
import { languagesOf } from '../web/read-language.js';
import { daysInWords } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { addressOf, pagerOf, sliceOf } from '../web/paging.js';
import { FRESH_FORM, parseForm, parseQuery, typedValues, type Form } from '../web/parse.js';
import { nameLanguages } from '../web/name-languages.js';
import { placed } from '../web/place.js';
import { sayOpening } from '../web/say-opening.js';
import { languageCalled, languageOf, styleIn, wordsOf } from '../web/words.js';
import { drawCode } from './draw-code.js';
import { listChosen, listStudents, type Addressee } from './list-students.js';
import { printLetters, sheetsOf } from './print-letters.js';
import { frameOf, homeOf } from './show-frame.js';
import { textPages } from './serve-text.js';
import {
  letterLanguages,
  lettersForm,
  lettersQuery,
  posterQuery,
  printForm,
  type LettersFilter,
  type LettersForm,
  type LettersQuery,
} from './schema.js';

const PAGE_SIZE = 50;

/** Letters for families, and the poster: for families without an email address. */
export function letterRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const guard = eventGuard('event administrator');
  textPages(router, deps);

  router.get('/letters', guard, async (req, res) => {
    await showList(res, parseQuery(lettersQuery, req.query), FRESH_FORM);
  });

  router.post('/letters', guard, async (req, res) => {
    const parsed = parseForm(lettersForm, req.body);
    if (!parsed.ok) return refuse(res, req.body, parsed.errors);
    const rows = await listChosen(eventOf(res), parsed.value);
    if (rows.length === 0) return refuse(res, req.body, { ids: NOBODY });
    askFirst(res, parsed.value, rows);
  });

  router.post('/letters/print', guard, async (req, res) => {
    const event = eventOf(res);
    const actor = actorOf(res);
    const parsed = parseForm(printForm, req.body);
    if (!parsed.ok) return refuse(res, req.body, parsed.errors);
    const form = parsed.value;
    const rows = await listChosen(event, form);
    if (rows.length === 0) return refuse(res, req.body, { ids: NOBODY });
    const ofEvent = { account: event.account, event: event._id, user: actor.user };
    const detail = { letters: rows.length };
    await recordAudit({ ...ofEvent, action: 'print letters', detail, at: deps.now() });
    await printLetters(deps, res, {
      frame: frameOf(deps, res),
      rows,
      form,
      printing: { ...ofEvent, key: form.key, replaces: form.codes === 'new' },
      back: homeOf(res),
    });
  });

  router.get('/poster', eventGuard('appointment viewer'), (req, res) => {
    const event = eventOf(res);
    const { link } = frameOf(deps, res);
    const { size, language: code } = parseQuery(posterQuery, req.query);
    const language = languageCalled(code) ?? languageOf(event);
    const read = placed(event, styleIn(language, event));
    const home = `${pathOf(event)}/poster`;
    res.render('letters/poster', {
      ...eventPage(event, 'overview'),
      title: `${event.name}: Poster`,
      size,
      papers: Object.entries({ letter: 'US Letter', a4: 'A4' }).map(([paper, label]) => ({
        label,
        href: addressOf(home, { size: paper, language: code }),
        current: size === paper,
      })),
      languageChips: languagesOf(accountOf(res)).map((one) => ({
        label: one.name,
        href: addressOf(home, { size, language: one.code }),
        current: one.code === language.code,
      })),
      language,
      days: daysInWords(read.days, read),
      scan: wordsOf(read)('letters.scan'),
      opening: sayOpening(read, deps.now()),
      link,
      qr: drawCode(link),
    });
  });
  return router;
}

const NOBODY = 'Select at least one student, or prepare letters for all on the list.';

async function showList(res: Response, query: LettersQuery, form: Form): Promise<void> {
  const event = eventOf(res);
  const list = await listStudents(event, query);
  // Only schools of the event's classes: somebody who runs one event learns about no other school.
  const schools = await School.find({ _id: { $in: list.schools }, account: event.account }, { name: 1 })
    .sort({ sortKey: 1 })
    .limit(500)
    .lean();
  const kept = keptOf(query);
  const href = (change: Record<string, string | number>) => addressOf(homeOf(res), { ...kept, ...change });
  const { skip } = sliceOf(list.rows.length, query.page, PAGE_SIZE);
  res.render('letters/list', {
    ...eventPage(event, 'overview'),
    title: `${event.name}: Letters`,
    lettersHome: homeOf(res),
    languageChoices: letterLanguages(languagesOf(accountOf(res))).map((value) => ({
      value,
      label: nameLanguages(value.split('+')),
    })),
    kept,
    form,
    total: list.rows.length,
    counts: list.counts,
    rows: list.rows.slice(skip, skip + PAGE_SIZE).map((row) => ({ ...row, id: row.student.toHexString() })),
    schools: schools.map(({ _id, name }) => ({ value: _id.toHexString(), label: name })),
    grades: list.grades.map((grade) => ({ value: grade, label: grade })),
    classes: list.classes.map(({ id, name }) => ({ value: id, label: name })),
    href,
    pager: pagerOf(list.rows.length, query.page, PAGE_SIZE, ['student', 'students'], (page) =>
      href({ page }),
    ),
  });
}

/** The filters as an address has them. */
function keptOf({ who, q, school, grade, class: held }: LettersFilter): Record<string, string> {
  return { who, q, school: school?.toHexString() ?? '', grade, class: held?.toHexString() ?? '' };
}

async function refuse(res: Response, body: unknown, errors: Record<string, string>): Promise<void> {
  const text = [...new Set(Object.values(errors))].join(' ');
  Object.assign(res.status(422).locals, { flash: { kind: 'danger', text } });
  await showList(res, parseQuery(lettersQuery, body), { values: typedValues(body), errors: {} });
}

/** Says how many letters, sheets and codes there will be before anything is made. */
function askFirst(res: Response, form: LettersForm, rows: Addressee[]): void {
  const coded = rows.filter(({ hasNumber }) => hasNumber);
  const earlier = coded.filter(({ hasCode }) => hasCode).length;
  const { perSheet, language, codes, ids, all } = form;
  const event = eventOf(res);
  const others = language.split('+').filter((code) => code !== languageOf(event).code);
  res.render('letters/confirm', {
    ...eventPage(eventOf(res), 'overview'),
    title: `${eventOf(res).name}: Letters`,
    lettersHome: homeOf(res),
    letters: rows.length,
    sheets: sheetsOf(rows, perSheet).length,
    classes: new Set(rows.map((row) => row.class.toHexString())).size,
    codes: {
      made: codes === 'none' ? 0 : codes === 'new' ? coded.length : coded.length - earlier,
      earlier,
      which: codes,
    },
    withoutNumber: rows.length - coded.length,
    // What the school wrote is in its own language.
    usualIn: event.letter ? nameLanguages(others.filter((code) => !event.translations?.[code]?.letter)) : '',
    names: rows.slice(0, 5).map(({ name }) => name),
    cancel: addressOf(homeOf(res), keptOf(form)),
    fields: {
      ...keptOf(form),
      ...(all ? { all: 'on' } : { ids: ids.map(String) }),
      perSheet: String(perSheet),
      language,
      codes,
      key: new Types.ObjectId().toHexString(),
    },
  });
}
