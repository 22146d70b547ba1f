import type { Router } from 'express';
import type { Deps } from '../../deps.js';
import { contactName } from '../../models/contact.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { addressOf } from '../../web/paging.js';
import { parseForm } from '../../web/parse.js';
import { findChosen } from '../find-chosen.js';
import { HOME, pageOf } from '../show-frame.js';
import { refuseList } from '../show-list.js';
import { makeCodes } from './make-codes.js';
import { codesForm } from './schema.js';

/** So many slips are printed in one go: a school's grade. */
const MOST = 1000;

/** Printing one-time codes, by which parents add their children. Part of the contacts' routes, behind the administrator's guard. */
export function addCodePages(router: Router, deps: Deps): void {
  router.post('/codes', async (req, res) => {
    const parsed = parseForm(codesForm, req.body);
    if (!parsed.ok) return refuseList(res, req.body, parsed.errors);
    const form = parsed.value;
    const actor = actorOf(res);
    // Who has no number cannot be looked up by a parent.
    const adds = { type: 'student' as const, status: 'active' as const, numberKey: { $gt: '' } };
    const students = await findChosen(actor.account, form, adds, MOST);
    if (students.length === 0)
      return refuseList(
        res,
        req.body,
        { ids: 'Select at least one active student with a Student ID.' },
        form,
      );
    if (students.length > MOST)
      return refuseList(
        res,
        req.body,
        { ids: `Select ${countOf(MOST, 'student', 'students')} at most at a time.` },
        form,
      );
    const { q, type, status, missing } = form;
    if (!form.sure) {
      res.render('contacts/codes', {
        ...pageOf('Print one-time codes'),
        count: students.length,
        replaced: students.filter(({ code }) => code).length,
        names: students.slice(0, 5).map(contactName),
        fields: {
          sure: 'on',
          ...{ q, type, status, missing },
          ...(form.all ? { all: 'on' } : { ids: form.ids.map(String) }),
        },
        cancel: addressOf(HOME, { q, type, status, missing }),
      });
      return;
    }
    // Shown once, in this answer.
    res.render('contacts/slips', {
      ...pageOf('One-time codes'),
      slips: await makeCodes(deps, actor, students),
      address: new URL('/my', deps.config.publicUrl).href,
    });
  });
}
