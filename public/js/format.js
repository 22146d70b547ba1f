// Numbers for the scripts after this one, written as the page writes them: its language is the school's locale.
const numbers = new Intl.NumberFormat(document.documentElement.lang);
window.formatNumber = (value) => numbers.format(value);

/** The IANA zone of whoever reads. */
window.browserZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
];

/** "2 days 3 hours 4:05" of milliseconds, to the second. */
window.formatTimeLeft = (ms) => {
  const { lang } = document.documentElement;
  const parts = [];
  let rest = Math.ceil(ms / 1000) * 1000;
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0)
      parts.push(new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(count));
  }
  const seconds = Math.floor(rest / 1000);
  parts.push(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
  return new Intl.ListFormat(lang, { type: 'unit', style: 'narrow' }).format(parts);
};
