// Counts down to the opening of booking. The time left comes from the server, never from the device's clock, so it can't be early; it is asked
// for again when the page is looked at again, before the end, and now and then, as the school may change the opening.
const EVERY_MS = 300_000;
// So that not all browsers press in the same second.
const spread = Math.random() * 2000;

for (const place of document.querySelectorAll('[data-opens-in]')) {
  const part = (name) => place.querySelector(`[data-part="${name}"]`);
  const answeredAt = performance.getEntriesByType('navigation')[0]?.responseStart ?? 0;
  let opensAt = answeredAt + Number(place.dataset.opensIn);
  let askAt = performance.now() + EVERY_MS * (0.5 + Math.random());
  let timer;

  const ask = async () => {
    if (!place.dataset.clock) return;
    askAt = Infinity;
    const answer = await fetch(place.dataset.clock, { headers: { accept: 'application/json' } }).catch(
      () => undefined,
    );
    const told = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
    const now = performance.now();
    askAt = now + EVERY_MS * (0.5 + Math.random());
    if (!told) return;
    // The school has taken the opening back: the page as it is now says so.
    if (told.leftMs === null) location.replace(place.dataset.page);
    else opensAt = now + told.leftMs;
    show();
  };

  const show = () => {
    clearTimeout(timer);
    const now = performance.now();
    const left = opensAt - now;
    const isReady = left + spread <= 0;
    part('waiting').hidden = isReady;
    part('ready').hidden = !isReady;
    if (isReady) return;
    part('clock').hidden = false;
    part('clock').textContent = part('clock').dataset.left.replace(
      '{time}',
      window.formatTimeLeft(Math.max(0, left)),
    );
    const lastAsk = opensAt - 20_000 - spread * 10;
    if (now >= askAt || (askAt < Infinity && now < lastAsk && now + 1500 >= lastAsk)) void ask();
    timer = setTimeout(show, left > 0 ? left % 1000 || 1000 : 100);
  };

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void ask();
  });
  show();
}
