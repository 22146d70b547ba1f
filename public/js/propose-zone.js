// Proposes the browser's time zone while the first set-up shows the one it has by itself. What somebody chose stays, also when the page comes back.
const note = document.querySelector('[data-proposes-zone]');
const select = document.querySelector('select[name="timeZone"]');
const zone = window.browserZone();
if (note && select && zone && select.selectedOptions[0]?.defaultSelected) {
  if (![...select.options].some(({ value }) => value === zone))
    select.add(new Option(zone.replaceAll('_', ' '), zone));
  select.value = zone;
  note.hidden = false;
}
