// Arrow keys move over the day sheet, Home and End to the ends of a row, Enter opens (they are links). One cell is in the tab order.

for (const sheet of document.querySelectorAll('[data-day-sheet]')) {
  const links = [...sheet.querySelectorAll('td .cell')];
  if (links.length === 0) continue;
  for (const link of links) link.tabIndex = -1;
  links[0].tabIndex = 0;
  // The frame need not be a stop of its own when the cells are.
  sheet.parentElement.tabIndex = -1;

  sheet.addEventListener('focusin', (event) => {
    const link = event.target.closest('td .cell');
    if (!link) return;
    sheet.querySelector('td .cell[tabindex="0"]')?.setAttribute('tabindex', '-1');
    link.tabIndex = 0;
  });
  sheet.addEventListener('keydown', (event) => {
    const cell = event.target.closest('td');
    const next = cell && target(cell, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
}

/** The link that a key leads to from a cell, past empty cells; nothing at the edge. */
function target(cell, key) {
  const row = [...cell.parentElement.cells];
  const inRow = row.map((other) => other.querySelector('.cell'));
  const here = cell.cellIndex;
  if (key === 'ArrowRight') return inRow.slice(here + 1).find(Boolean);
  if (key === 'ArrowLeft') return inRow.slice(1, here).findLast(Boolean);
  if (key === 'Home') return inRow.slice(1).find(Boolean);
  if (key === 'End') return inRow.findLast(Boolean);
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const column = [...cell.closest('tbody').rows].map((other) => other.cells[here]?.querySelector('.cell'));
  const line = cell.parentElement.sectionRowIndex;
  return key === 'ArrowDown' ? column.slice(line + 1).find(Boolean) : column.slice(0, line).findLast(Boolean);
}
