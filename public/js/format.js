// Numbers for the scripts after this one, written as the page writes them: its language is the school's locale.
const numbers = new Intl.NumberFormat(document.documentElement.lang);
window.formatNumber = (value) => numbers.format(value);

/** The IANA zone of whoever reads. */
window.browserZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;
