import { RosterChange } from '../../../server/models/roster-change.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { Slot } from '../../../server/models/slot.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import type { Place } from '../permissions/place.js';
import { box, LONG, NOTHING_SENT, type Bad } from './bad-form.js';

const LOOKED_AT = 'is refused whatever is sent: staff look at a family’s page';

/** Of every address of events and their runs that takes a form: bad ones, or why there is none. */
export function formsOfEvents(place: Place): Record<string, Bad[] | string> {
  const { ids } = place;
  const preview = (model: 'event' | 'account') => async () => {
    const run = model === 'event' ? place.ids.run : place.ids.refresh;
    const set = { $set: { purpose: 'preview', state: 'done' } };
    if (model === 'event') await SyncRun.updateOne({ _id: run }, set);
    else await RosterRun.updateOne({ _id: run }, set);
    await RosterChange.updateMany({ run }, { $set: { state: 'planned' } });
  };

  const event = { name: '', days: '', timeZone: 'Mars/Base', place: 'The gym' };
  const slots = {
    who: 'all',
    day: '2026-11-24',
    from: '9',
    to: '17:00',
    minutes: '10',
    breakMinutes: '0',
    capacity: '1',
  };
  const badSlots: Bad[] = [
    { fields: slots, says: /Enter when the first slot begins/, keeps: /value="17:00"/ },
    {
      fields: { ...slots, from: '09:00', minutes: 'ten' },
      says: /length of a slot in minutes as a number/,
      keeps: /value="ten"/,
    },
    { fields: { ...slots, who: 'chosen', resources: 'x' }, says: /teachers/ },
  ];
  const badMoves: Bad[] = [
    { fields: { day: 'soon', notice: 'Kept words' }, says: /a day/, keeps: /Kept words/ },
    {
      fields: { day: '2026-11-24', toDay: 'never', notice: 'Kept words' },
      says: /the new day as a date/,
      keeps: /Kept words/,
    },
    { fields: { day: '2026-11-24' }, says: /another day, another time/ },
  ];
  const mail = { act: 'send', subject: 'News', text: 'Kept words' };
  const badMails: Bad[] = [
    { fields: { ...mail, subject: '' }, says: /Enter a subject/, keeps: /Kept words/ },
    { fields: { ...mail, text: 'Kept words {x}' }, says: /“x” can’t be filled in/, keeps: /Kept words/ },
    { fields: { ...mail, when: 'later', sendAt: 'soon' }, says: /a date and a time/, keeps: /Kept words/ },
  ];
  const badRows: Bad[] = [
    { fields: {}, says: /at least one class|Select the rows/ },
    { fields: { ids: 'x' }, says: /Select the classes from the list/ },
    {
      fields: { one: 'x', ids: ids.class! },
      says: /Enter a class from the list/,
      keeps: box('ids', ids.class!),
    },
  ];
  const verdict: Bad[] = [
    { fields: { verdict: 'maybe', reason: 'because' }, says: /accept or reject/, keeps: /because/ },
    { fields: { verdict: 'accept', reason: '' }, says: /Enter a reason/ },
  ];
  const apply = { fields: { sure: 'perhaps' }, says: /Apply these changes” again/ };
  const importing: Bad[] = [
    { fields: { event: 'x' }, says: /Enter an event/ },
    { fields: { event: ids.event!, shown: ids.event!, terms: 't1' }, says: /at least one school/ },
    {
      fields: { event: ids.event!, shown: ids.event!, schools: ids.school! },
      says: /at least one term/,
      keeps: box('schools', ids.school!),
    },
  ];
  return {
    '/events/:event/classes/types': [
      {
        fields: { action: 'set', to: 'Group' },
        says: /Select the rows first/,
        keeps: /<option value="Group" selected>/,
      },
      {
        fields: { action: 'set', to: 'Zoo', ids: ids.class! },
        says: /Select a type from the list/,
        keeps: box('ids', ids.class!),
      },
      {
        fields: { [`type-${ids.class!}`]: 'Zoo', ids: ids.class! },
        says: /Select a type from the list/,
        keeps: box('ids', ids.class!),
      },
      {
        fields: { ids: 'x', [`type-${ids.class!}`]: 'Group' },
        says: /Select the classes from the list/,
        keeps: /<option selected>Group/,
      },
    ],
    '/events/:event/classes/hiding': badRows,
    '/events/:event/classes/:class/hiding': NOTHING_SENT,
    '/events/:event/classes/deletion': badRows,
    '/events/:event/classes/restoration': badRows,
    '/events/:event/classes/undo/:entry': NOTHING_SENT,
    '/events/:event/classes/new': badRows,
    '/events/:event/classes': [
      { fields: { name: 'Chess', type: 'Hide' }, says: /a type/, keeps: /value="Chess"/ },
    ],
    '/events/:event/classes/:class': [
      { fields: { name: 'Chess', type: 'Zoo' }, says: /a type/, keeps: /value="Chess"/ },
      {
        fields: { name: 'Chess', type: 'Group', allowed: 'many' },
        says: /appointments per student/,
        keeps: /value="Chess"/,
      },
    ],
    '/events/:event/handmade': [
      { fields: { kind: 'Counselor', room: 'Kept room' }, says: /a name/, keeps: /value="Kept room"/ },
      { fields: { name: 'Ms. Ortiz', kind: 'Wizard' }, says: /a kind/, keeps: /value="Ms\. Ortiz"/ },
    ],
    '/events/:event/handmade/:bookable': [
      { fields: { kind: 'Nurse', room: 'Kept room' }, says: /a name/, keeps: /value="Kept room"/ },
      {
        fields: { name: 'Ms. Ortiz', kind: 'Nurse', staff: 'Nobody Here' },
        says: /No teacher or staff member/,
        keeps: /value="Nobody Here"/,
      },
    ],
    '/events/:event/handmade/:bookable/hiding': [
      { fields: { to: 'perhaps' }, says: /whether parents see it/ },
    ],
    '/events/:event/handmade/:bookable/deletion': NOTHING_SENT,
    '/events/:event/day-sheet/:slot/team': [
      { fields: { act: 'add', holder: '' }, says: /Select a teacher/ },
      { fields: { act: 'dance', holder: ids.resource! }, says: /what to do/ },
    ],
    '/importer/choice': [
      { fields: { event: 'x' }, says: /Enter an event/ },
      { fields: { event: ids.event!, schools: 'x' }, says: /schools from the list/ },
    ],
    '/importer/runs': importing,
    '/importer/previews': importing,
    '/importer/runs/:run/withheld': verdict,
    '/importer/runs/:run/apply': [{ ...apply, ready: preview('event') }],
    '/importer/runs/:run/discard': NOTHING_SENT,
    '/importer/runs/:run/undo': [
      {
        fields: { reason: '' },
        says: /Enter a reason/,
        ready: () => SyncRun.updateOne({ _id: ids.run }, { $set: { purpose: 'sync' } }),
      },
    ],
    '/importer/refreshes/:run/withheld': verdict.map((bad) => ({
      ...bad,
      ready: () =>
        RosterChange.updateMany({ run: ids.refresh }, { $set: { state: 'withheld', action: 'removed' } }),
    })),
    '/importer/refreshes/:run/apply': [{ ...apply, ready: preview('account') }],
    '/importer/refreshes/:run/discard': NOTHING_SENT,
    '/importer/stop': NOTHING_SENT,
    '/importer/sync': [{ fields: { step: 'kinds', kinds: 'ghosts' }, says: /kinds of people/ }],
    '/events/:event/sync/terms': [
      { fields: {}, says: /Select at least one term to add/ },
      { fields: { term: LONG }, says: /Select at least one term to add/ },
    ],
    '/events/:event/sync/runs': NOTHING_SENT,
    '/events/:event/sync/previews': NOTHING_SENT,
    '/events/:event/sync/stop': NOTHING_SENT,
    '/events/:event/sync/start': NOTHING_SENT,
    '/events/:event/sync/hour': [{ fields: { hour: '25' }, says: /Enter an hour: 23 or less/ }],
    '/events/:event/messages/:mail/sending': NOTHING_SENT,
    '/events/:event/messages/retries': NOTHING_SENT,
    '/events/:event/announce': badMails,
    '/events/:event/mailings': [
      ...badMails,
      { fields: { ...mail, group: 'day' }, says: /Select a day/, keeps: /Kept words/ },
      { fields: { ...mail, group: 'strangers' }, says: /who gets it/, keeps: /Kept words/ },
    ],
    '/events/:event/rehearsals': [
      { fields: { families: 'many' }, says: /Enter how many families come as a number/ },
      { fields: { families: '1', pace: '3' }, says: /Select how fast it is played from the list/ },
    ],
    '/events/:event/rehearsals/:rehearsal/stop': NOTHING_SENT,
    '/events/:event/mailings/:mailing/cancellation': NOTHING_SENT,
    '/events': [
      { fields: event, says: /name/, keeps: /The gym/ },
      { fields: { ...event, template: 'x' }, says: /template/, keeps: /The gym/ },
    ],
    '/events/:event/settings': [{ fields: event, says: /name/, keeps: /The gym/ }],
    '/events/:event/settings/draw': [
      { fields: { from: 'x', until: '', most: '5' }, says: /when families can start/ },
      { fields: { from: '2026-11-23T12:00', until: '2026-11-23T13:00', most: '21' }, says: /preferences/ },
    ],
    '/events/:event/settings/draw/stop': NOTHING_SENT,
    '/events/:event/settings/interpreters': [{ fields: { languages: 'xx' }, says: /languages/ }],
    '/events/:event/settings/interpreters/new': [
      { fields: { name: 'Ana Kept', email: 'x', languages: 'es' }, says: /like name@/, keeps: /Ana Kept/ },
    ],
    '/events/:event/settings/interpreters/:interpreter': 'is the form of a new one (above)',
    '/events/:event/settings/interpreters/:interpreter/removal': NOTHING_SENT,
    '/events/:event/interpreters': 'has one list that the page wrote: other values are 404',
    '/events/:event/interpreters/families': 'has one list that the page wrote: other values are 404',
    '/events/:event/settings/questions': [
      { fields: { act: 'dance' }, says: /what to do with the questions/ },
      { fields: { fields: 'x' }, says: /the questions/ },
      {
        fields: {
          fields: ids.event!,
          [`kind-${ids.event!}`]: 'text',
          [`choices-${ids.event!}`]: 'Kept words',
        },
        says: /Question 1: enter what you ask/,
        keeps: /Kept words/,
      },
    ],
    ...Object.fromEntries(
      [
        'children',
        'children/linked',
        'prove',
        'appointments',
        'appointments/:id/cancel',
        'appointments/:id/note',
        'plan',
        ...['waitlist', 'waitlist/new'],
        ...['accept', 'pass', 'leave', 'hours'].map((what) => `waitlist/:waiting/${what}`),
        'children/:student/remove',
        'family/invitations',
        'family/invitations/:change',
        'family/invitations/:change/withdraw',
        'family/invitations/:change/decline',
        'family/leave',
      ].map((path) => [`/events/:event/as/:adult/:student/:mode/${path}`, LOOKED_AT]),
    ),
    '/events/:event/waitlist/:waiting/offer': [
      { fields: { slot: 'x' }, says: /Select a time/ },
      { fields: {}, says: /Select a time/ },
    ],
    '/events/:event/waitlist/:waiting/booking': NOTHING_SENT,
    '/events/:event/waitlist/:waiting/removal': NOTHING_SENT,
    '/events/:event/letters': [
      { fields: { all: 'on', perSheet: '3' }, says: /Select the letters on a sheet/ },
      { fields: { ids: 'x', codes: 'missing' }, says: /Select the students from the list/ },
      { fields: {}, says: /Select at least one student/ },
    ],
    '/events/:event/letters/print': [{ fields: { all: 'on' }, says: /Prepare the letters again/ }],
    '/events/:event/letters/text': [
      {
        fields: { title: 'Kept words', text: '{nobody}' },
        says: /“nobody” can’t be filled in/,
        keeps: /Kept words/,
      },
      { fields: { title: LONG, text: 'Kept words' }, says: /Heading: use 120/, keeps: /Kept words/ },
    ],
    '/events/:event/letters/text/:language': [
      {
        fields: { title: 'Palabras', text: '{nobody}' },
        says: /“nobody” can’t be filled in/,
        keeps: /Palabras/,
      },
    ],
    '/events/:event/settings/emails/:language': [
      {
        fields: { bookedText: '{nobody}', changedSubject: 'Palabras' },
        says: /“nobody” can’t be filled in/,
        keeps: /value="Palabras"/,
      },
    ],
    '/events/:event/settings/emails': [
      {
        fields: { reminders: 'soon', replyTo: 'kept@example.org' },
        says: /whole hours/,
        keeps: /kept@example\.org/,
      },
      { fields: { bookedText: '{nobody}' }, says: /“nobody” can’t be filled in/ },
      { fields: { act: 'dance' }, says: /what to do/ },
    ],
    '/events/:event/deletion': [
      { fields: { typed: 'Something else' }, says: /event’s name exactly/, keeps: /value="Something else"/ },
    ],
    '/events/:event/day-sheet/:slot/link': [
      {
        fields: { link: 'soon' },
        says: /Enter a video link that starts with https/,
        keeps: /value="soon"/,
        ready: () => Slot.updateOne({ _id: ids.slot }, { $set: { kind: 'video' } }),
      },
    ],
    '/events/:event/steps': [
      { fields: {}, says: /a step/ },
      { fields: { step: 'dance', done: '1' }, says: /Select a step from the list/ },
      { fields: { step: 'link', done: 'perhaps' }, says: /Select this or leave it empty/ },
    ],
    '/events/:event/forecast/:resource': [
      { fields: {}, says: /what to do/ },
      { fields: { fix: 'dance' }, says: /Select what to do from the list/ },
      { fields: { fix: 'after', print: 'x'.repeat(100) }, says: /print|60/ },
    ],
    '/events/:event/archive': NOTHING_SENT,
    '/events/:event/return': NOTHING_SENT,
    '/events/:event/opening': NOTHING_SENT,
    '/events/:event/closing': NOTHING_SENT,
    '/events/:event/slots/new': badSlots,
    '/events/:event/slots/preview': badSlots,
    '/events/:event/slots': badSlots,
    '/events/:event/slots/changes': [
      { fields: { action: 'hide' }, says: /Select at least one row/ },
      {
        fields: { action: 'dance', resources: ids.resource! },
        says: /what to do/,
        keeps: box('resources', ids.resource!),
      },
      { fields: { action: 'hide', resources: 'x' }, says: /the teachers from the list/ },
      {
        fields: { action: 'hide', resources: ids.resource!, day: 'soon' },
        says: /a day/,
        keeps: box('resources', ids.resource!),
      },
    ],
    '/events/:event/slots/:resource/changes': [
      { fields: { action: 'hide', room: '12' }, says: /Select at least one row/ },
      { fields: { action: 'dance', ids: ids.slot! }, says: /what to do/, keeps: box('ids', ids.slot!) },
      { fields: { action: 'hide', ids: 'x' }, says: /the slots from the list/ },
      {
        fields: { action: 'hide', ids: ids.slot!, room: 'y'.repeat(61) },
        says: /Use 60 characters at most/,
        keeps: box('ids', ids.slot!),
      },
    ],
    '/events/:event/slots/bulk': [
      { fields: { minutes: '5' }, says: /Select slots that are still there/, keeps: /value="5"/ },
      { fields: { ids: ids.slot! }, says: /what the slots become/ },
      {
        fields: { ids: ids.slot!, minutes: 'ten', room: 'Gym' },
        says: /length of a slot/,
        keeps: /value="Gym"/,
      },
    ],
    '/events/:event/slots/copy': [
      { fields: { ids: ids.slot!, toDay: 'soon' }, says: /new day|the day as a date/, keeps: /value="soon"/ },
      { fields: { ids: ids.slot!, list: 'Nobody Here' }, says: /Not recognized/, keeps: /Nobody Here/ },
      { fields: { ids: ids.slot! }, says: /Select the teachers who get these times/ },
    ],
    '/events/:event/slots/rooms': [
      {
        fields: { teacher: ids.resource!, was: '', room: 'y'.repeat(61), list: 'Kept words' },
        says: /Use 60 characters at most for a room/,
        keeps: /Kept words/,
      },
      { fields: { teacher: ids.resource!, room: '12' }, says: /didn’t arrive completely/ },
      { fields: { list: 'Nobody Here\t12' }, says: /Nobody Here/, keeps: /Nobody Here\t12/ },
    ],
    '/events/:event/slots/move/preview': badMoves,
    '/events/:event/slots/move': badMoves,
    '/events/:event/slots/moves/:move/undo': NOTHING_SENT,
    '/events/:event/attendance/:resource': [
      { fields: { [`mark-${ids.appointment!}`]: 'perhaps' }, says: /who came/ },
    ],
    '/events/:event/attendance/:resource/undo/:entry': NOTHING_SENT,
    '/events/:event/slots/:resource/room': [
      {
        fields: { room: 'y'.repeat(61), ids: ids.slot! },
        says: /Use 60 characters at most/,
        keeps: box('ids', ids.slot!),
      },
    ],
    '/events/:event/desk/appointments': [
      { fields: { student: ids.student!, adult: 'none', key: 'k1' }, says: /Enter a time/ },
      { fields: { slot: ids.slot!, student: ids.student!, adult: 'x', key: 'k1' }, says: /an adult/ },
    ],
    '/events/:event/desk/appointments/:appointment/confirmation':
      'asks only about a time that oneself holds; test/desk sends it bad answers',
    '/events/:event/desk/appointments/:appointment/release': NOTHING_SENT,
    '/events/:event/desk/appointments/:appointment/cancellation': [
      { fields: { notice: LONG }, says: /Use 500 characters at most/ },
    ],
    '/events/:event/desk/appointments/:appointment/move': [
      { fields: { key: 'k1' }, says: /Select a new time/ },
    ],
    '/events/:event/desk/moves/preview': [{ fields: {}, says: /Select the appointments to move first/ }],
    '/events/:event/desk/moves': [{ fields: { key: 'k1' }, says: /Select the appointments to move first/ }],
    '/events/:event/desk/families/:household/mail': [{ fields: {}, says: /Enter the form again/ }],
    '/events/:event/problems/:appointment/keeping': NOTHING_SENT,
    '/events/:event/problems/:appointment/cancellation': NOTHING_SENT,
  };
}
