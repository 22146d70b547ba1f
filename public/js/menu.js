// Open menus close on Escape and on a click beside them; the current tab is in sight; a page with faults starts at their summary.
// The menus work without this.
const open = () => document.querySelectorAll('details[data-menu][open]');

document.addEventListener('click', (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
const tab = document.querySelector('.tabs [aria-current]');
tab?.closest('.tabs').scrollTo({ left: tab.offsetLeft - 32, behavior: 'instant' });
document.querySelector('[data-error-summary]')?.focus();
