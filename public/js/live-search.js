// Search as you type: sends the GET form after a short pause and replaces the region it names; the field keeps the focus.
// Without this the form's button does the same by loading the page.
const PAUSE_MS = 200;

for (const form of document.querySelectorAll('form[data-live]')) {
  const said = document.createElement('p');
  said.className = 'visually-hidden';
  said.setAttribute('role', 'status');
  form.append(said);
  let timer;
  let running;

  const run = async () => {
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const address = new URL(form.action, location.href);
    address.search = new URLSearchParams(
      [...new FormData(form)].filter(([, value]) => value !== ''),
    ).toString();
    try {
      const answer = await fetch(address, { signal: running.signal, headers: { accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById(form.dataset.live);
      // Logged out meanwhile, or a fault: load the page and let it say so.
      if (!answer.ok || !fresh) return location.assign(address);
      document.getElementById(form.dataset.live).replaceChildren(...fresh.childNodes);
      history.replaceState(null, '', address);
      said.textContent =
        document.querySelector(`#${form.dataset.live} [data-count]`)?.textContent ?? 'Nothing found';
      document.dispatchEvent(new Event('results-replaced'));
    } catch (fault) {
      if (fault.name !== 'AbortError') form.submit();
    }
  };

  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(run, PAUSE_MS);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
}
