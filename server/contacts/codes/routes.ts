import type { Router } from 'express';
import type { Deps } from '../../deps.js';
import { contactName } from '../../models/contact.js';
import { actorOf } from '../../web/actor.js';
import { parseForm } from '../../web/parse.js';
import { chooseContacts, chosenAgain, listOf } from '../choose-contacts.js';
import { pageOf } from '../show-frame.js';
import { refuseList } from '../show-list.js';
import { makeCodes } from './make-codes.js';
import { codesForm } from './schema.js';

/** How many slips are printed at once: about a grade. */
const MOST = 1000;

/** Printing one-time codes, with which parents add their children. Part of the contacts' routes, behind the administrator's guard. */
export function addCodePages(router: Router, deps: Deps): void {
  router.post('/codes', async (req, res) => {
    const parsed = parseForm(codesForm, req.body);
    if (!parsed.ok) return refuseList(res, req.body, parsed.errors);
    const form = parsed.value;
    const students = await chooseContacts(res, req.body, form, {
      // A parent cannot look up a student who has no number.
      fits: { type: 'student', status: 'active', numberKey: { $gt: '' } },
      most: MOST,
      none: 'Select at least one active student with a Student ID.',
      words: ['student', 'students'],
    });
    if (!students) return;
    if (!form.sure) {
      res.render('contacts/codes', {
        ...pageOf('Print one-time codes'),
        count: students.length,
        replaced: students.filter(({ code }) => code).length,
        names: students.slice(0, 5).map(contactName),
        fields: { sure: 'on', ...chosenAgain(form) },
        cancel: listOf(form),
      });
      return;
    }
    // The codes are shown once, in this answer.
    res.render('contacts/slips', {
      ...pageOf('One-time codes'),
      slips: await makeCodes(deps, actorOf(res), students),
      address: new URL('/my', deps.config.publicUrl).href,
    });
  });
}
