// Search as you type: after a short pause gets the page for what is searched and replaces the region it names; the field keeps the focus.
// The marked box is a GET form, or stands in a form of more: then its own fields alone are sent, with what is selected in the region.
// Without this the box's button does the same by loading the page.
const PAUSE_MS = 200;

for (const box of document.querySelectorAll('[data-live]')) {
  const form = box.closest('form');
  const button = box.querySelector('button');
  const region = () => document.getElementById(box.dataset.live);
  const said = document.createElement('p');
  said.className = 'visually-hidden';
  said.setAttribute('role', 'status');
  box.append(said);
  let timer;
  let running;

  const sent = () => {
    if (box === form) return [...new FormData(form)];
    const fields = [...box.querySelectorAll('input'), ...region().querySelectorAll('input:checked')];
    return fields.map(({ name, value }) => [name, value]);
  };
  // By the button, which keeps what else is typed in the form.
  const loadPage = () => (box === form ? form.submit() : form.requestSubmit(button));

  const run = async () => {
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const address = new URL(box.dataset.action ?? form.action, location.href);
    address.search = new URLSearchParams(sent().filter(([, value]) => value !== '')).toString();
    try {
      const answer = await fetch(address, { signal: running.signal, headers: { accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById(box.dataset.live);
      // Logged out meanwhile, or a fault: load the page and let it say so.
      if (!answer.ok || !fresh) return box === form ? location.assign(address) : loadPage();
      region().replaceChildren(...fresh.childNodes);
      history.replaceState(null, '', address);
      said.textContent =
        document.querySelector(`#${box.dataset.live} [data-count]`)?.textContent ?? 'Nothing found';
      document.dispatchEvent(new Event('results-replaced'));
    } catch (fault) {
      if (fault.name !== 'AbortError') loadPage();
    }
  };

  box.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(run, PAUSE_MS);
  });
  if (box === form)
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void run();
    });
  else {
    button.addEventListener('click', (event) => {
      event.preventDefault();
      void run();
    });
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      void run();
    });
  }
}
