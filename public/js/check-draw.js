// Does a draw again in this browser, from the published seed and list, and says whether the result is the published one. The same as
// `drawWishes` of the server, written a second time; in Node it runs as it stands: `checkDraw(list)`.
const digits = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (text) => new TextEncoder().encode(text);

/** @param list what the link “list” leads to @returns whether seed and result are as published */
window.checkDraw = async ({ hash, seed, input, drawn }) => {
  const { subtle } = crypto;
  if (digits(await subtle.digest('SHA-256', bytes(seed))) !== hash) return false;
  const key = await subtle.importKey('raw', bytes(seed), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const turn = [];
  for (const family of input.families)
    turn.push({
      ...family,
      place: digits(await subtle.sign('HMAC', key, bytes(family.code))),
      got: family.wishes.map(() => null),
    });
  turn.sort((a, b) => (a.place < b.place ? -1 : 1));
  const seats = input.slots.map((slot) => slot.seats);
  const days = { ...input.days };
  const isFree = (family, index) => {
    const slot = input.slots[index];
    if (seats[index] < 1 || (days[`${slot.teacher} ${slot.day}`] ?? 1) < 1) return false;
    return family.got.every((other) => {
      if (other === null) return true;
      const own = input.slots[other];
      return slot.from >= own.to + input.gapMs || own.from >= slot.to + input.gapMs;
    });
  };
  const take = (family) => {
    const count = family.got.filter((index) => index !== null).length;
    if (family.most !== null && count >= family.most) return false;
    family.next ??= 0;
    while (family.next < family.wishes.length) {
      const wish = family.next++;
      const { child, slots } = family.wishes[wish];
      const has = family.got.filter((index, n) => index !== null && family.wishes[n].child === child).length;
      if (family.children[child] !== null && has >= family.children[child]) continue;
      const index = slots.find((slot) => isFree(family, slot));
      if (index === undefined) continue;
      family.got[wish] = index;
      seats[index]--;
      const day = `${input.slots[index].teacher} ${input.slots[index].day}`;
      if (day in days) days[day]--;
      return true;
    }
    return false;
  };
  let isMore = true;
  while (isMore) {
    isMore = false;
    for (const family of turn) if (take(family)) isMore = true;
  }
  const result = turn.map(({ code, got }) => ({ code, got }));
  return JSON.stringify(result) === JSON.stringify(drawn.map(({ code, got }) => ({ code, got })));
};

for (const button of document.querySelectorAll('[data-check-draw]')) {
  const said = document.querySelector('[data-part="checked"]');
  button.hidden = false;
  button.addEventListener('click', async () => {
    const say = (text) => (said.textContent = text);
    if (!crypto.subtle) return say(said.dataset.insecure);
    const answer = await fetch(button.dataset.checkDraw);
    const matches = answer.ok && (await window.checkDraw(await answer.json()).catch(() => false));
    return say(matches ? said.dataset.matches : said.dataset.differs);
  });
}
