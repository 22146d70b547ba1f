// The bulk bar says how many rows are selected; the head’s box selects all that are shown. Without this the bar still shows (CSS) and works.

/** Says how many, and shows the head's box as full, empty or in between. */
function count(form) {
  const boxes = [...form.querySelectorAll('tbody .cell-tick input')];
  const selected = boxes.filter((box) => box.checked).length;
  const bar = form.querySelector('[data-bulk-count]');
  if (bar) {
    const noun = selected === 1 ? bar.dataset.one : bar.dataset.many;
    bar.textContent = `${window.formatNumber(selected)} ${noun} selected`;
  }
  const all = form.querySelector('[data-select-all]');
  if (!all) return;
  all.hidden = boxes.length === 0;
  all.checked = selected > 0 && selected === boxes.length;
  all.indeterminate = selected > 0 && selected < boxes.length;
}

/** Shift and click selects everything between this row and the last one. */
let last;
document.addEventListener('click', (event) => {
  const box = event.target.closest?.('.bulk tbody .cell-tick input');
  if (!box) return;
  const boxes = [...box.form.querySelectorAll('tbody .cell-tick input')];
  if (event.shiftKey && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    count(box.form);
  }
  last = box;
});

document.addEventListener('change', (event) => {
  const form = event.target.closest?.('.bulk');
  if (!form) return;
  if (event.target.matches('[data-select-all]')) {
    for (const box of form.querySelectorAll('tbody .cell-tick input')) box.checked = event.target.checked;
  }
  count(form);
});

function countAll() {
  for (const form of document.querySelectorAll('.bulk')) count(form);
}
countAll();
document.addEventListener('results-replaced', countAll);
// The browser restores selections after "back" without a change event.
window.addEventListener('pageshow', countAll);
