import { Appointment } from '../../../server/models/appointment.js';
import { Contact } from '../../../server/models/contact.js';
import { Household } from '../../../server/models/household.js';
import { User } from '../../../server/models/user.js';
import type { Place } from '../permissions/place.js';
import { box, FILES, LONG, NOBODY, NOTHING_SENT, type Bad } from './bad-form.js';

const HIDDEN_ALONE = 'reads hidden fields alone: without them there is nothing to join';

/** Of every address outside an event that takes a form: bad ones, or why there is none. @param viewer somebody of the staff */
export function formsOfAccount(place: Place, viewer: User): Record<string, Bad[] | string> {
  const { ids } = place;
  const levelOf = `/global-setup/logins/${String(viewer._id)}/level`;
  const password = { fields: { password: 'short' }, says: /Use at least 10 characters/ };
  const mapping: Bad[] = [
    {
      fields: { 'student-communityId': 'shoe_size', communityId: 'Card', barcode: 'Badge' },
      says: /from the list/,
      keeps: /value="Card"/,
    },
  ];
  return {
    '/setup': [
      {
        fields: { email: 'nobody', accountName: 'Oak School' },
        says: /like name@example\.org/,
        keeps: /Oak School/,
      },
    ],
    '/login': [
      { fields: { email: 'robin@example.org' }, says: /Enter your password/, keeps: /robin@example\.org/ },
    ],
    '/choose-school': [
      { fields: {}, says: /Select one of these schools/ },
      {
        fields: { account: 'x', next: '/events' },
        says: /Select one of these schools/,
        keeps: /value="\/events"/,
      },
      { fields: { account: NOBODY }, says: /Select one of these schools/ },
    ],
    '/logout': NOTHING_SENT,
    '/forgot': [{ fields: { email: 'nobody' }, says: /like name@example\.org/, keeps: /value="nobody"/ }],
    '/my/login/password': [
      { fields: { currentPassword: 'x', newPassword: 'short' }, says: /Use at least 10 characters/ },
      { fields: { newPassword: 'long enough for all' }, says: /Enter your current password/ },
    ],
    '/my/login/email': [
      {
        fields: { email: 'nobody', currentPassword: 'x' },
        says: /like name@example\.org/,
        keeps: /value="nobody"/,
      },
    ],
    '/my/calendar': NOTHING_SENT,
    '/e/:link/news': 'has one button, a moment and meetings that the page wrote: others are as good as none',
    '/e/:link/family/invitations': [
      { fields: { email: 'nobody' }, says: /like name@example\.org/, keeps: /value="nobody"/ },
    ],
    '/e/:link/family/invitations/:change': 'is of an invitation, of which there is none here',
    '/e/:link/family/invitations/:change/withdraw': NOTHING_SENT,
    '/e/:link/family/invitations/:change/decline': NOTHING_SENT,
    '/e/:link/family/leave': NOTHING_SENT,
    '/my/calendar/off': NOTHING_SENT,
    '/email/:secret': NOTHING_SENT,
    '/global-setup/logins/invitations': [
      { fields: { once: 'abcdefgh12', level: 'appointment maker' }, says: /Select at least one person/ },
      {
        fields: { once: 'abcdefgh12', level: 'king', ids: String(viewer._id) },
        says: /an access level from the list/,
      },
    ],
    '/global-setup/logins/bulk': [
      { fields: { act: 'level', once: 'abcdefgh12' }, says: /Select at least one staff account/ },
      {
        fields: { act: 'crown', once: 'abcdefgh12', name: 'Robin' },
        says: /what to do from the list/,
        keeps: /value="Robin"/,
      },
    ],
    '/global-setup/schools/:school': [
      { fields: { address: '12' }, says: /Enter the street and the city/, keeps: /value="12"/ },
      { fields: { address: 'https://maps.example/x' }, says: /not a link to a map/ },
    ],
    '/global-setup/logo': [{ fields: {}, says: /Select the picture/ }],
    '/global-setup/logo/removal': NOTHING_SENT,
    '/password/:secret': [password],
    '/prove/:secret': NOTHING_SENT,
    '/invitation/:secret': NOTHING_SENT,
    '/e/:link/register': [
      { fields: { name: 'Jo', email: 'jo' }, says: /like name@example\.org/, keeps: /value="Jo"/ },
    ],
    '/e/:link/enter': 'goes to the page to register, as there is no email server',
    '/e/:link/enter/:secret': NOTHING_SENT,
    '/e/:link/enter/:secret/again': NOTHING_SENT,
    '/login/link': 'goes to the page to log in, as there is no email server',
    '/login/link/:secret': NOTHING_SENT,
    '/login/link/:secret/again': NOTHING_SENT,
    '/e/:link/join': NOTHING_SENT,
    '/e/:link/prove': NOTHING_SENT,
    '/e/:link/children': [
      { fields: { number: '' }, says: /student|number/i },
      {
        fields: { number: '12', month: '13', day: '1', year: '2015' },
        says: /month|birth date|Enter/i,
        keeps: /value="12"/,
      },
      { fields: { number: '12' }, says: /birth date/, keeps: /value="12"/ },
    ],
    '/e/:link/children/linked': [{ fields: { students: 'x' }, says: /child/i }],
    '/e/:link/appointments': [
      { fields: {}, says: /Select a time.*Select a child/ },
      { fields: { slot: 'x', student: ids.student!, key: 'abc' }, says: /Select a time/ },
      { fields: { slot: ids.slot!, student: 'x', key: 'abc' }, says: /Select a child/ },
      { fields: { slot: ids.slot!, student: ids.student!, key: '-' }, says: /a time/ },
      {
        fields: { slot: ids.slot!, student: ids.student!, key: 'abc', change: 'x' },
        says: /the meeting to change/,
      },
    ],
    '/e/:link/appointments/:id/confirm': [
      {
        fields: { note: LONG },
        says: /Use 500 characters at most/,
        keeps: /x{500}/,
        ready: () =>
          Appointment.updateOne(
            { _id: ids.id },
            { $set: { state: 'pending', expiresAt: new Date('2026-11-23T18:10:00Z') } },
          ),
      },
    ],
    '/e/:link/appointments/:id/note': [
      { fields: { note: LONG }, says: /Use 500 characters at most/, keeps: /x{500}/ },
    ],
    '/e/:link/appointments/:id/again':
      'has one button, and the key of its page: without it the press counts as one of no page',
    '/e/:link/appointments/:id/cancel': NOTHING_SENT,
    '/e/:link/appointments/:id/other': NOTHING_SENT,
    '/e/:link/interpreter': 'is there where the event offers it alone (test/interpreters)',
    '/e/:link/draw/wishes':
      'is there in a round alone; what it did not offer is as good as not sent (test/draw)',
    '/e/:link/plan': [{ fields: { key: 'abc' }, says: /Select at least one teacher|Booking|no free times/ }],
    '/e/:link/plan/:id/book': NOTHING_SENT,
    '/e/:link/plan/:id/again': NOTHING_SENT,
    '/e/:link/plan/:id/longer': NOTHING_SENT,
    '/e/:link/plan/:id/lines/:n': NOTHING_SENT,
    '/e/:link/plan/:id/lines/:n/open': NOTHING_SENT,
    '/e/:link/plan/:id/lines/:n/out': NOTHING_SENT,
    '/e/:link/plan/:id/lines/:n/back': NOTHING_SENT,
    '/e/:link/plan/:id/lines/:n/wait': NOTHING_SENT,
    '/e/:link/waitlist': HIDDEN_ALONE,
    '/e/:link/waitlist/new': [
      {
        fields: { student: ids.student!, resource: ids.resource!, from: '18:00', to: '17:00' },
        says: /after the start time/,
        keeps: /value="18:00"/,
      },
    ],
    '/e/:link/waitlist/:waiting/accept': 'books what is on hold; without that it reads no field',
    '/e/:link/waitlist/:waiting/pass': NOTHING_SENT,
    '/e/:link/waitlist/:waiting/leave': NOTHING_SENT,
    '/e/:link/waitlist/:waiting/hours': [
      { fields: { from: '18:00', to: '17:00' }, says: /after the start time/, keeps: /value="18:00"/ },
    ],
    '/e/:link/children/:student/remove': NOTHING_SENT,
    '/global-setup': [
      { fields: { name: 'Oak School', timeZone: 'Mars/Base' }, says: /a time zone/, keeps: /Oak School/ },
    ],
    '/global-setup/logins': [
      {
        fields: { name: 'Jo Wren', email: 'jo', level: 'administrator' },
        says: /like name@example\.org/,
        keeps: /Jo Wren/,
      },
      {
        fields: { name: 'Jo Wren', email: 'jo@example.org', level: 'king' },
        says: /Select an access level/,
        keeps: /Jo Wren/,
      },
      {
        fields: { name: 'Jo Wren', email: 'jo@example.org', level: 'appointment viewer', scope: 'events' },
        says: /at least one event/,
        keeps: /Jo Wren/,
      },
      {
        fields: { name: 'Jo Wren', email: 'jo@example.org', scope: 'contact', contact: NOBODY },
        says: /This teacher is no longer there/,
        keeps: /Jo Wren/,
      },
    ],
    '/global-setup/logins/draft': NOTHING_SENT,
    '/global-setup/logins/:user/level': [
      { fields: {}, says: /Select an access level for/, at: levelOf },
      {
        at: levelOf,
        fields: { level: 'king', name: 'Jo Wren' },
        says: /Select an access level for/,
        keeps: /Jo Wren/,
      },
    ],
    '/global-setup/clever/mapping': mapping,
    '/global-setup/clever/mapping/saved': [
      { fields: { 'student-communityId': 'sis_id' }, says: /understand what can go wrong/ },
    ],
    '/global-setup/clever/mapping/preview': mapping.map(({ fields, says }) => ({ fields, says })),
    '/global-setup/clever/mapping/names': [
      { fields: { communityId: '', barcode: 'Badge' }, says: /Enter a name/, keeps: /value="Badge"/ },
      { fields: { communityId: 'Badge', barcode: 'Badge' }, says: /two identifiers different names/ },
    ],
    '/global-setup/clever/draft': NOTHING_SENT,
    '/global-setup/clever/typed': [
      {
        fields: { district: 'a'.repeat(24), name: 'Oak' },
        says: /more than one step/,
        keeps: /value="Oak"/,
      },
    ],
    '/global-setup/clever/district': [
      { fields: { district: 'no id here' }, says: /no district ID in this/, keeps: /no id here/ },
    ],
    '/global-setup/clever/access': [
      { fields: { kind: 'key' }, says: /a kind of access/ },
      { fields: { kind: 'application', clientId: 'abc' }, says: /the client secret/, keeps: /value="abc"/ },
    ],
    '/global-setup/clever/check': NOTHING_SENT,
    '/global-setup/clever/schools': [{ fields: { name: '' }, says: /the school’s name/ }],
    '/global-setup/clever/schools/from-clever': [
      { fields: { cleverSchool: '<' }, says: /one of Clever’s schools/ },
    ],
    '/global-setup/clever/schools/match': [
      { fields: { school: ids.school! }, says: /one of Clever’s schools/ },
      { fields: { school: 'x', cleverSchool: 'a' }, says: /one of your schools/ },
    ],
    '/global-setup/clever/schools/clear': [
      { fields: { clear: 'x', name: 'Oak' }, says: /This school is no longer there/, keeps: /value="Oak"/ },
    ],
    '/global-setup/clever/kinds': [
      { fields: {}, says: /at least one kind/ },
      { fields: { kinds: 'ghosts' }, says: /kinds of people/ },
    ],
    '/global-setup/clever/enable': [{ fields: { step: 'kinds', kinds: 'ghosts' }, says: /kinds of people/ }],
    '/global-setup/clever/disable': [{ fields: { step: 'kinds', kinds: 'ghosts' }, says: /kinds of people/ }],
    '/global-setup/roster-files/format': [{ fields: { format: 'stone' }, says: /a kind of files/ }],
    '/global-setup/roster-files/begin': [{ fields: { format: 'stone' }, says: /a kind of files/ }],
    '/global-setup/roster-files/begin-clever': NOTHING_SENT,
    '/global-setup/roster-files/disable': NOTHING_SENT,
    '/global-setup/roster-files/uploads': FILES,
    '/global-setup/roster-files/uploads/:upload/preview': NOTHING_SENT,
    ...familyForms('/global-setup/families', place),
    ...familyForms('/events/:event/families', place),
    ...contactForms(place),
    '/global-setup/duplicates/separation': [
      { fields: {}, says: /Select at least one pair/ },
      { fields: { pairs: 'x' }, says: /Select the pairs from the list/ },
      {
        fields: { only: 'x', pairs: ids.pair! },
        says: /a pair from the list/,
        keeps: box('pairs', ids.pair!),
      },
    ],
    '/global-setup/duplicates/separation/:entry/undo': NOTHING_SENT,
    '/global-setup/duplicates/reopening': [
      { fields: {}, says: /Select at least one pair/ },
      { fields: { only: 'x' }, says: /a pair from the list/ },
    ],
    '/global-setup/duplicates/:pair/identity': [
      { fields: {}, says: /“Same person” or “Different person”/ },
      {
        fields: { as: 'nobody', pairs: ids.pair! },
        says: /“Same person” or “Different person”/,
        keeps: box('pairs', ids.pair!),
      },
    ],
    '/global-setup/duplicates/:pair/merging': [
      { fields: {}, says: /which contact to keep/ },
      { fields: { keep: NOBODY }, says: /which contact to keep/ },
    ],
    '/global-setup/outbox/:mail/sending': NOTHING_SENT,
    '/global-setup/outbox/test': NOTHING_SENT,
    '/global-setup/outbox/retries': NOTHING_SENT,
    '/unsubscribe/:secret': NOTHING_SENT,
    '/unsubscribe/:secret/return': NOTHING_SENT,
    '/data-browser/readings': [{ fields: { term: '../x' }, says: /Select a term/ }],
  };
}

/** Contacts edited by hand, and deleted. */
function contactForms({ ids }: Place): Record<string, Bad[] | typeof NOTHING_SENT> {
  const home = '/global-setup/contacts';
  const one = `${home}/:contact`;
  const typed = { lastName: 'Lee', birthDate: 'soon' };
  return {
    [`${home}/deletions`]: [
      { fields: { level: 'king', appointments: 'on', typed: 'Maple' }, says: /Select the level to delete/ },
      {
        fields: { level: 'administrator', appointments: 'on', typed: 'Oak' },
        says: /Type Maple to confirm/,
        keeps: box('level', 'administrator'),
      },
      { fields: { level: 'administrator', typed: 'Maple' }, says: /Delete the events first/ },
    ],
    [`${home}/new`]: [
      { fields: { lastName: 'Lee' }, says: /Select the type of contact first/ },
      { fields: { type: 'student', ...typed }, says: /Enter the birth date/, keeps: /value="Lee"/ },
      { fields: { type: 'student', phone: '5' }, says: /first or a last name/, keeps: /value="5"/ },
    ],
    [`${one}/edit`]: [
      { fields: typed, says: /Enter the birth date/, keeps: /value="Lee"/ },
      { fields: { lastName: LONG }, says: /Use 100 characters at most/ },
    ],
    [`${home}/levels`]: [
      { fields: { ids: ids.contact!, level: 'king' }, says: /an access level from the list/ },
      { fields: { level: 'none' }, says: /at least one active teacher/ },
    ],
    [`${home}/codes`]: [
      { fields: {}, says: /at least one active student/ },
      { fields: { ids: 'x' }, says: /Select the contacts from the list/ },
    ],
    [`${one}/links`]: [
      { fields: { other: 'x' }, says: /Select the person to link/ },
      { fields: { other: NOBODY }, says: /Select the person to link/ },
    ],
    [`${one}/links/:other`]: NOTHING_SENT,
    [`${one}/restoration`]: NOTHING_SENT,
    [`${one}/deletion`]: [
      {
        fields: { shown: 'x' },
        says: /What is deleted along with this contact changed/,
        ready: () => Contact.updateOne({ _id: ids.contact }, { $set: { status: 'transferred' } }),
      },
    ],
  };
}

/** The pages about a parent's login, in Global Setup and in an event. */
function familyForms(home: string, place: Place): Record<string, Bad[] | string> {
  const { ids } = place;
  const tell: Bad = { fields: { tell: 'perhaps' }, says: /Select this or leave it empty/ };
  const outcome: Bad[] = [
    { fields: { appointments: 'forget' }, says: /Select what happens to the appointments/ },
    { fields: { appointments: 'keep', tell: 'perhaps' }, says: /Select this or leave it empty/ },
  ];
  return {
    [`${home}/:user/together`]: [
      { fields: { email: 'nobody' }, says: /like name@example\.org/, keeps: /value="nobody"/ },
    ],
    [`${home}/:user/separate`]: NOTHING_SENT,
    [`${home}/:user/children/:student/removal`]: outcome,
    [`${home}/:user/children/:student/return`]: [
      {
        ...tell,
        ready: () =>
          Household.updateOne(
            { 'children.student': ids.student },
            { $set: { 'children.$.removedAt': new Date('2026-11-22T18:00:00Z') } },
          ),
      },
    ],
    [`${home}/:user/block`]: outcome.map((bad) => ({
      ...bad,
      ready: () => User.updateOne({ _id: ids.user }, { $unset: { blocks: 1 } }),
    })),
    [`${home}/:user/unblock`]: [
      {
        ...tell,
        ready: () =>
          User.updateOne(
            { _id: ids.user },
            { $set: { blocks: [{ account: place.event.account, at: new Date('2026-11-22T18:00:00Z') }] } },
          ),
      },
    ],
  };
}
