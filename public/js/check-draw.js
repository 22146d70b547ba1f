// Does a draw again in this browser: the same as `drawWishes` of the server, written a second time. In Node it runs as it stands.
// `checkDraw(list)` does all of it, from the school's whole list. `checkShare(share, own)` checks what a family can: the seed against the
// hash from the beginning, the order of turns against the seed, and the family's own line against its published hash.
const digits = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (text) => new TextEncoder().encode(text);
const hashOf = async (text) => digits(await crypto.subtle.digest('SHA-256', bytes(text)));

/** @returns the codes in the order of their turns */
const orderOf = async (codes, digest, seed) => {
  const how = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes(seed), how, false, ['sign']);
  const turns = [];
  for (const code of new Set(codes))
    turns.push({ code, place: digits(await crypto.subtle.sign('HMAC', key, bytes(`${digest} ${code}`))) });
  return turns.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ code }) => code);
};
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * @param share what the link “list” leads to
 * @param own the hash that the page showed from the beginning, and the family's line, if it has one
 */
window.checkShare = async ({ hash, seed, digest, turns, lines }, own) => {
  if (hash !== own.hash || (await hashOf(seed)) !== hash) return false;
  if (!isSame(await orderOf(turns, digest, seed), turns)) return false;
  if (!own.line) return true;
  return lines.includes(await hashOf(own.line)) && turns.includes(JSON.parse(own.line).turn);
};

/** Does the draw. @returns what each family got, in the order of the turns */
const draw = ({ gapMs, days, children, pairs, slots, families }, turns) => {
  const left = {
    seats: slots.map((slot) => slot.seats),
    days: { ...days },
    children: [...children],
    pairs: [...pairs],
  };
  /** By person: where they sit, or are as a family. */
  const busy = {};
  const dayOf = (slot) => `${slot.teacher} ${slot.day}`;
  const isFree = (family, index) => {
    const slot = slots[index];
    if (left.seats[index] < 1 || (left.days[dayOf(slot)] ?? 1) < 1) return false;
    const clashes = (person, isAllowed) =>
      (busy[person] ?? []).some(
        (one) => one.from < slot.to && slot.from < one.to && !(isAllowed && one.slot === index),
      );
    if (slot.people.some((person) => clashes(person, true))) return false;
    if (family.people.some((person) => !slot.people.includes(person) && clashes(person, false))) return false;
    return family.got.every((other) => {
      if (other === null) return true;
      const own = slots[other];
      return slot.from >= own.to + gapMs || own.from >= slot.to + gapMs;
    });
  };
  const hasLeft = (kind, numbers) => numbers.every((one) => left[kind][one] === null || left[kind][one] > 0);
  const takeOff = (kind, numbers) => {
    for (const one of numbers) if (left[kind][one] !== null) left[kind][one]--;
  };
  const take = (family) => {
    while (family.next < family.wishes.length) {
      if (family.most !== null && family.got.filter((index) => index !== null).length >= family.most)
        return false;
      const wish = family.next++;
      const wanted = family.wishes[wish];
      if (!hasLeft('children', wanted.children) || !hasLeft('pairs', wanted.pairs)) continue;
      const index = wanted.slots.find((slot) => isFree(family, slot));
      if (index === undefined) continue;
      const slot = slots[index];
      family.got[wish] = index;
      left.seats[index]--;
      if (dayOf(slot) in left.days) left.days[dayOf(slot)]--;
      takeOff('children', wanted.children);
      takeOff('pairs', wanted.pairs);
      for (const person of new Set([...slot.people, ...family.people])) {
        busy[person] ??= [];
        busy[person].push({ from: slot.from, to: slot.to, slot: slot.people.includes(person) ? index : -1 });
      }
      return true;
    }
    return false;
  };
  const groups = turns.map((turn) =>
    families
      .filter((family) => family.turn === turn)
      .sort((a, b) => (a.code < b.code ? -1 : 1))
      .map((family) => ({ ...family, next: 0, got: family.wishes.map(() => null) })),
  );
  const all = groups.flat();
  let isMore = true;
  while (isMore) {
    isMore = false;
    for (const group of groups) {
      const one = group.find((family) => take(family));
      if (!one) continue;
      // Whoever got something is the last of those who share the turn.
      group.push(...group.splice(group.indexOf(one), 1));
      isMore = true;
    }
  }
  return all;
};

/** @param list the school's whole list @returns whether seed, order, results and the families' lines are as published */
window.checkDraw = async ({ hash, seed, digest, turns, lines, input, drawn }) => {
  if ((await hashOf(seed)) !== hash) return false;
  const families = [...input.families].sort((a, b) => (a.code < b.code ? -1 : 1));
  if ((await hashOf(JSON.stringify({ ...input, families }))) !== digest) return false;
  const codes = families.map((family) => family.turn);
  const order = await orderOf(codes, digest, seed);
  if (!isSame(order, turns)) return false;
  const result = draw(input, order);
  const pick = ({ code, got }) => ({ code, got });
  if (!isSame(result.map(pick), drawn.map(pick))) return false;
  const at = (index) => (index === null ? null : input.slots[index].from);
  const hashes = [];
  for (const { salt, turn, wishes, got } of result) {
    const parts = wishes.map((wish, n) => ({ times: wish.slots.map(at), got: at(got[n]) }));
    hashes.push(await hashOf(JSON.stringify({ salt, turn, wishes: parts })));
  }
  return isSame(hashes.sort(), lines);
};

for (const button of document.querySelectorAll('[data-check-draw]')) {
  const said = document.querySelector('[data-part="checked"]');
  const { checkDraw: list, hash, line } = button.dataset;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const say = (text) => (said.textContent = text);
    if (!crypto.subtle) return say(said.dataset.insecure);
    const answer = await fetch(list);
    const check = async () => {
      const read = await answer.json();
      return hash ? window.checkShare(read, { hash, line }) : window.checkDraw(read);
    };
    const matches = answer.ok && (await check().catch(() => false));
    return say(matches ? said.dataset.matches : said.dataset.differs);
  });
}
