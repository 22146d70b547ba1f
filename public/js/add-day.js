// "Add another day" copies the last day's field, empty. Without this a saved event offers two fields more than it has days.
const MOST_DAYS = 30;

for (const button of document.querySelectorAll('[data-add-day]')) {
  const days = () => button.parentElement.querySelectorAll('input[name="days"]');
  const show = () => {
    button.hidden = days().length >= MOST_DAYS;
  };
  button.addEventListener('click', () => {
    const fields = days();
    const added = fields[fields.length - 1].cloneNode();
    added.removeAttribute('value');
    added.value = '';
    added.id = `f-days-${fields.length}`;
    added.setAttribute('aria-label', `Day ${fields.length + 1}`);
    button.before(added);
    show();
    added.focus();
  });
  show();
}
