// A form whose answer takes long says at once that it is on its way, and is sent once. It works without this.
for (const form of document.querySelectorAll('form[data-sending]')) {
  const button = form.querySelector('button');
  const status = form.querySelector('[role="status"]');
  form.addEventListener('submit', (event) => {
    if (button.getAttribute('aria-disabled') === 'true') event.preventDefault();
    button.setAttribute('aria-disabled', 'true');
    status.textContent = form.dataset.sending;
  });
  // Come back to by the browser's own button, it can be sent again.
  window.addEventListener('pageshow', () => {
    button.removeAttribute('aria-disabled');
    status.textContent = '';
  });
}
