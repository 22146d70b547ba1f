import type { ContactType } from '../models/contact.js';
import { SETUP_TABS } from '../web/event-tabs.js';

export const HOME = '/global-setup/contacts';

export const TYPE_WORDS: Record<ContactType, { one: string; many: string }> = {
  student: { one: 'Student', many: 'Students' },
  teacher: { one: 'Teacher', many: 'Teachers' },
  staff: { one: 'Staff', many: 'Staff' },
  guardian: { one: 'Guardian', many: 'Guardians' },
};

/** What the layout needs of a page about contacts. */
export function pageOf(title: string) {
  return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'contacts', home: HOME };
}
