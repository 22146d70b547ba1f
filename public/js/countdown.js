// Counts down to the end of a hold, which the page also says in words.
for (const place of document.querySelectorAll('[data-countdown]')) {
  const seconds = Number(place.dataset.countdown);
  const began = performance.now();
  const show = () => {
    const left = Math.max(0, Math.round(seconds - (performance.now() - began) / 1000));
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    place.textContent = left > 0 ? place.dataset.left.replace('{time}', clock) : place.dataset.over;
    if (left > 0) return;
    clearInterval(timer);
    place.setAttribute('role', 'status');
  };
  const timer = setInterval(show, 1000);
  show();
}
