import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { CLASS_TYPES, className, classType } from '../../models/class.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { countOf, number } from '../../web/format-count.js';
import { eventOf } from '../../web/guards.js';
import { addressOf, pagerOf } from '../../web/paging.js';
import { parseForm, parseId, parseQuery, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { addClass, studentsOf } from '../add-class.js';
import { editClass, seenOf } from '../edit-class.js';
import { shorten } from '../queries.js';
import { chosenIds, editSchema, idsInAddress, newClassSchema, pageSchema } from '../schema.js';
import { chosenOf, editorPage, editorPath, whenOf } from '../show-editor.js';
import { showList } from '../show-list.js';
import { sayReturn } from '../say-return.js';
import { classTexts, compareEdits, rosterFacts } from './compare-edits.js';
import { classPage, namesOfClasses, STUDENTS_A_PAGE, teacherChoices } from './queries.js';

const REFUSALS = {
  'no such teacher': { teacher: 'Select a teacher from the list.' },
  'no students': { from: 'There are no students in these classes. Select other classes.' },
  taken: { _form: 'This form was already sent. Load the page again.' },
};

/** One class, with what the roster says and what was set here, and classes made by hand. */
export function singleClassRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/new', async (req, res) => {
    const { ids } = parseQuery(idsInAddress, req.query);
    const values = {
      id: new Types.ObjectId().toHexString(),
      type: 'Activity',
      from: ids.length > 0 ? 'classes' : 'event',
    };
    await newPage(res, ids, { values, errors: {} });
  });

  // From the list: an activity for the students of the selected classes.
  router.post('/new', async (req, res) => {
    const chosen = chosenOf(req, res);
    if (!chosen) return showList(deps, req, res);
    const ids = chosenIds(chosen).map((id) => id.toHexString());
    res.redirect(303, addressOf(`${editorPath(eventOf(res))}/new`, { ids: ids.join(',') }));
  });

  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(newClassSchema, req.body);
    if (!parsed.ok) {
      res.status(422);
      const { ids } = parseQuery(idsInAddress, { ids: [parsed.values.ids].flat().join(',') });
      await newPage(res, ids, parsed);
      return;
    }
    const added = await addClass(deps, actorOf(res), event, parsed.value);
    if (!added.ok) {
      res.status(422);
      await newPage(res, parsed.value.ids, { values: typedValues(req.body), errors: REFUSALS[added.reason] });
      return;
    }
    say(req, {
      kind: 'ok',
      text: `${parsed.value.name} is added, with ${number(added.students)} students. Syncs never change it.`,
    });
    res.redirect(303, `${editorPath(event)}/${parsed.value.id.toHexString()}`);
  });

  router.get('/:class', async (req, res) => {
    await onePage(res, deps, parseId(req.params.class), parseQuery(pageSchema, req.query).page);
  });

  router.post('/:class', async (req, res) => {
    const event = eventOf(res);
    const id = parseId(req.params.class);
    const parsed = parseForm(editSchema, req.body);
    if (!parsed.ok) {
      res.status(422);
      await onePage(res, deps, id, 1, parsed);
      return;
    }
    const saved = await editClass(deps, actorOf(res), event, id, parsed.value);
    if (!saved.ok && saved.reason === 'gone') throw notFound();
    if (!saved.ok) {
      const errors = {
        _form:
          'Somebody else or a sync changed this class while you had it open. Compare with the table below, then save again.',
      };
      res.status(422);
      await onePage(res, deps, id, 1, { values: typedValues(req.body), errors });
      return;
    }
    say(req, {
      kind: 'ok',
      text: saved.changed ? 'The class is saved. Syncs keep your changes.' : 'Nothing was changed.',
    });
    res.redirect(303, `${editorPath(event)}/${id.toHexString()}`);
  });
  return router;
}

async function onePage(
  res: Response,
  deps: Deps,
  id: Types.ObjectId,
  page: number,
  form?: Form,
): Promise<void> {
  const event = eventOf(res);
  const found = await classPage(event, id, page);
  if (!found) throw notFound();
  const { item } = found;
  const path = `${editorPath(event)}/${id.toHexString()}`;
  const values = form?.values ?? {
    name: item.edits.name ?? '',
    type: classType(item),
    room: item.edits.room ?? '',
    allowed: item.edits.allowed ?? '',
  };
  const deleted = item.status === 'deleted';
  const imported = item.section !== undefined;
  res.render('classes/single', {
    ...editorPage(event),
    ...found,
    ...classTexts(item, event, found),
    title: shorten(className(item)),
    id: id.toHexString(),
    path,
    list: editorPath(event),
    types: CLASS_TYPES,
    deleted,
    imported,
    compared: compareEdits(item, found.teachers[0]?.room ?? ''),
    facts: rosterFacts(item, found.school),
    returns: sayReturn(Number(imported), Number(!imported), whenOf(deps, res)),
    form: { values: { ...values, seen: seenOf(item) }, errors: form?.errors ?? {} },
    pager: pagerOf(
      found.total,
      found.page,
      STUDENTS_A_PAGE,
      ['student', 'students'],
      (to) => `${path}?page=${to}`,
    ),
  });
}

async function newPage(res: Response, ids: Types.ObjectId[], form: Form): Promise<void> {
  const event = eventOf(res);
  const classes = await namesOfClasses(event, ids);
  const chosen = classes.length > 0 ? (await studentsOf(event, ids)).length : 0;
  const names = classes.map((item) => shorten(className(item), 60));
  res.render('classes/new', {
    ...editorPage(event),
    title: 'Add an activity',
    list: editorPath(event),
    types: CLASS_TYPES,
    ids: classes.map((item) => item._id.toHexString()),
    told:
      classes.length > 0
        ? `${countOf(chosen, 'student', 'students')} of ${countOf(classes.length, 'selected class', 'selected classes')}`
        : 'Students of selected classes',
    names:
      names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', '),
    teachers: await teacherChoices(event),
    form,
  });
}
