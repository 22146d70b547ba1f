// A press on a free time is sent without leaving the page. If another family was quicker, the page says so and offers the nearest free times:
// most presses in the first minutes of booking end that way. Everything else the answer leads to; without this the form does the same.
const form = document.querySelector('form[data-press]');
const main = document.querySelector('main');
/** After this the form itself goes on, as without this script. */
const PATIENCE_MS = 20_000;
let isSending = false;
let isPlain = false;

/** What was answered; undefined where only the form itself can go on: logged out meanwhile, a fault, no connection. */
async function send(fields) {
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: fields,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer.ok || answer.status === 409 ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/** The days of the page with these times alone. */
function daysWith(slots) {
  const isWanted = (button) => slots.includes(button.value);
  const days = [...form.querySelectorAll('section[data-day]')];
  return days.flatMap((section) => {
    if (![...section.querySelectorAll('.time-free')].some(isWanted)) return [];
    const day = section.cloneNode(true);
    for (const item of day.querySelectorAll('.time-item')) {
      const button = item.querySelector('.time-free');
      if (!button || !isWanted(button)) item.remove();
    }
    for (const hour of day.querySelectorAll('.time-hour'))
      if (!hour.querySelector('.time-item')) hour.remove();
    const heading = document.createElement('p');
    heading.className = 'day-heading';
    heading.append(Object.assign(document.createElement('strong'), { textContent: day.dataset.day }));
    return [...(days.length > 1 ? [heading] : []), ...day.querySelectorAll('.time-grid')];
  });
}

/** Times that are not free any more say so in place of their button. */
function close(gone) {
  for (const button of form.querySelectorAll('.time-free')) {
    const word = gone[button.value];
    if (word === undefined) continue;
    const note = Object.assign(document.createElement('span'), { className: 'time-note', textContent: word });
    const place = Object.assign(document.createElement('div'), { className: 'time time-taken' });
    place.append(button.querySelector('.time-at'), note);
    button.closest('.time-item').className = 'time-item time-is-taken';
    button.replaceWith(place);
  }
}

function refuse({ text, lead, nearest, gone, key, href }) {
  form.querySelector('[data-error-summary]')?.remove();
  close(gone);
  const box = form.querySelector('template[data-refused]').content.firstElementChild.cloneNode(true);
  box.querySelector('[data-said]').textContent = text;
  box.querySelector('[data-lead]').textContent = lead;
  box.append(...daysWith(nearest));
  form.prepend(box);
  form.elements.key.value = key;
  // Loaded again, the page says the same.
  history.replaceState(null, '', href);
  box.focus();
}

/** Whether the page has a button for each of these times: one that became free since it was loaded has none. */
function hasAll(slots) {
  const own = new Set([...form.querySelectorAll('.time-free')].map(({ value }) => value));
  return slots.every((slot) => own.has(slot));
}

function setSending(is) {
  isSending = is;
  main.setAttribute('aria-busy', String(is));
  const said = form.querySelector('[data-sending]');
  said.textContent = is ? said.dataset.sending : '';
}

form?.addEventListener('submit', async (event) => {
  const button = event.submitter;
  if (isPlain || !button?.matches('.time-free')) return;
  event.preventDefault();
  if (isSending) return;
  setSending(true);
  button.classList.add('time-pressed');
  const fields = new URLSearchParams(new FormData(form));
  fields.append(button.name, button.value);
  const answer = await send(fields);
  button.classList.remove('time-pressed');
  const to = answer && (answer.to ?? (hasAll(answer.nearest) ? undefined : answer.href));
  if (to) location.assign(to);
  else if (answer) {
    refuse(answer);
    setSending(false);
  } else {
    // The same press again: its key keeps it from counting twice.
    isPlain = true;
    form.requestSubmit(button);
  }
});

// Come back to by the browser's own button, it can be pressed again.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) setSending(false);
});
