// Previews follow what is typed: after a short pause the form is sent as its Preview button would, and the samples of the answer replace
// those on the page. A text that is refused keeps its last sample. Without this the button does the same by loading the page.
const PAUSE_MS = 300;

for (const form of document.querySelectorAll('form[data-preview]')) {
  let timer;
  let running;
  const run = async () => {
    running?.abort();
    running = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set('act', 'preview');
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        body,
        signal: running.signal,
        headers: { accept: 'text/html' },
      });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const sample of form.querySelectorAll('[id^="sample-"]')) {
        const fresh = page.getElementById(sample.id);
        if (fresh) sample.replaceChildren(...fresh.childNodes);
      }
    } catch {
      // Typed on meanwhile, or offline: the button says so.
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(run, PAUSE_MS);
  });
}
