// A button that copies a field's text. Without this the field's text is selected and copied by hand.
for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector('[data-copied]');
  if (!field || !words) continue;
  const usual = words.textContent;
  button.hidden = false;
  words.setAttribute('aria-live', 'polite');
  button.addEventListener('click', async () => {
    field.select();
    // The clipboard needs a secure address; a school's own server may have none.
    const isCopied = navigator.clipboard
      ? await navigator.clipboard.writeText(field.value).then(
          () => true,
          () => document.execCommand('copy'),
        )
      : document.execCommand('copy');
    if (!isCopied) return;
    words.textContent = words.dataset.copied;
    setTimeout(() => {
      words.textContent = usual;
    }, 3000);
  });
}
