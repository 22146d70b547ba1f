// A button whose answer takes long says at once that it is on its way, and is sent once. It works without this.
for (const box of document.querySelectorAll('[data-sending]')) {
  const form = box.closest('form');
  const button = box.querySelector('button');
  const status = box.querySelector('[role="status"]');
  form.addEventListener('submit', (event) => {
    if (button.getAttribute('aria-disabled') === 'true') event.preventDefault();
    if (event.submitter !== button) return;
    button.setAttribute('aria-disabled', 'true');
    status.textContent = box.dataset.sending;
  });
  // Come back to by the browser's own button, it can be sent again.
  window.addEventListener('pageshow', () => {
    button.removeAttribute('aria-disabled');
    status.textContent = '';
  });
}
