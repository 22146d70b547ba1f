import { SETUP_TABS } from '../web/event-tabs.js';

/** Where the list of pairs is. */
export const HOME = '/global-setup/duplicates';

/** What the layout needs for a page about duplicates. */
export function page(title: string) {
  return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'duplicates', home: HOME };
}
