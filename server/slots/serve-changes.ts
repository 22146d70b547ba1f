import type { Request, Response } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { actorOf } from '../web/actor.js';
import { countOf, number } from '../web/format-count.js';
import { fullDay } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import type { Style } from '../web/place.js';
import { FRESH_FORM, parseForm, typedValues, type Parsed } from '../web/parse.js';
import { refuseHere, say } from '../web/session.js';
import { filterOf, printOfList } from './bulk/read-selection.js';
import { SAY_LEFT } from './bulk/say-left.js';
import { showChange } from './bulk/show-change.js';
import { showCopy } from './bulk/show-copy.js';
import { changeSlots } from './change-slots.js';
import { freshSlots } from './generator/schema.js';
import { showForm } from './generator/show-form.js';
import { takenAmong } from './lock-slots.js';
import { findChanged, printOf } from './mark-slots.js';
import { STATE_WORDS } from './policy.js';
import { countSelection, readSelection, type SelectedSlot } from './queries.js';
import { removeSlots } from './remove-slots.js';
import { MESSAGE_MAX, slotChange, type SlotChange } from './schema.js';
import { slotsPage, slotsPath } from './show-frame.js';
import { rowsOfLeft } from './show-left.js';
import { CHANGED_MEANWHILE, tellChanged, tellLost } from './tell-change.js';
import { finishLayouts } from './unlock-left.js';

/** The page that requested a change. */
export interface Around {
  back: string;
  showAgain: () => Promise<void>;
  /** Everything that the list finds now. */
  listed: () => Promise<{ ids: Types.ObjectId[] } | { resources: Types.ObjectId[] }>;
}

/** Adds everything that the list finds, if all of it is selected and it is still what the page showed. */
async function withAll(parsed: Parsed<SlotChange>, listed: Around['listed']): Promise<Parsed<SlotChange>> {
  if (!parsed.ok || !parsed.value.all || parsed.value.sure) return parsed;
  const now = await listed();
  const ids = 'ids' in now ? now.ids : now.resources;
  if (printOfList(ids) === parsed.value.listed) return { ok: true, value: { ...parsed.value, ...now } };
  const [before = ''] = parsed.value.listed.split('-');
  const all = `The list changed while you had this page open: it had ${before || 'other'} rows and now has ${number(ids.length)}. Nothing is changed yet. Check the list, then select all again.`;
  return { ok: false, errors: { all }, values: {} };
}

/** Asks first if many slots change, if slots are deleted, or if parents will read a message. */
export async function change(
  deps: Deps,
  req: Request,
  res: Response,
  { back, showAgain, listed }: Around,
): Promise<void> {
  const event = eventOf(res);
  const parsed = await withAll(parseForm(slotChange(event), req.body), listed);
  const filter = parsed.ok ? filterOf(parsed.value) : undefined;
  if (!parsed.ok || !filter) {
    const errors = parsed.ok ? { ids: 'Select at least one row first.' } : parsed.errors;
    refuseHere(res, { values: typedValues(req.body), errors });
    return showAgain();
  }
  const wish = parsed.value;
  if (wish.action === 'make') {
    // The ids are sent in a form's body: for several hundred teachers an address would be too long.
    if (wish.resources.length > MOST_IN_ADDRESS)
      return showForm(res, { values: { ...freshSlots(event), resources: hex(wish.resources) }, errors: {} });
    const ids = hex(wish.resources).map((id) => `resources=${id}`);
    res.redirect(303, `${slotsPath(event)}/new?${ids.join('&')}`);
    return;
  }
  if (wish.action === 'change') return showChange(res, wish, FRESH_FORM);
  if (wish.action === 'copy') return showCopy(res, wish, FRESH_FORM);
  const asks = wish.action === 'remove' || wish.action === 'unavailable' || wish.resources.length > 0;
  if (wish.sure || !asks) await finishLayouts(event, deps.now());
  const slots = await readSelection(event, filter);
  const changed = wish.sure ? [] : findChanged(wish.ids, slots, wish.shown);
  if (changed.length > 0) {
    refuseHere(res, { values: typedValues(req.body), errors: { ids: tellChanged(changed, event) } });
    return showAgain();
  }
  const isAnother = wish.sure && wish.print !== '' && wish.print !== printOf(slots);
  const fault = faultOfMessage(wish);
  if (slots.length > 0 && asks && (!wish.sure || fault || isAnother)) {
    const errors = {
      ...(wish.sure && fault ? { message: fault } : {}),
      ...(isAnother ? { _form: CHANGED_MEANWHILE } : {}),
    };
    const taken = await takenAmong(slots.map(({ _id }) => _id));
    const stays = ({ _id }: SelectedSlot) =>
      wish.action === 'remove' ? taken.get(_id.toHexString()) : undefined;
    const left = slots.flatMap((slot) => {
      const has = stays(slot);
      return has ? [{ slot, why: has.why }] : [];
    });
    res.status(wish.sure ? 422 : 200);
    res.render('slots/confirm', {
      ...slotsPage(event),
      ...(await countSelection(slots.filter((slot) => !stays(slot)))),
      taken: taken.size,
      print: printOf(slots),
      wish: said(wish, event),
      left: await rowsOfLeft(event, left, SAY_LEFT),
      back,
      action: req.originalUrl,
      form: { values: { message: wish.message }, errors },
    });
    return;
  }
  say(req, { kind: 'ok', text: await carryOut(deps, res, slots, wish) });
  res.redirect(303, back);
}

function faultOfMessage({ action, message }: SlotChange): string | undefined {
  if (action !== 'unavailable') return undefined;
  if (message === '') return 'Enter the message that parents see.';
  return message.length > MESSAGE_MAX ? `Use ${MESSAGE_MAX} characters at most.` : undefined;
}

const MOST_IN_ADDRESS = 100;
const hex = (ids: { toHexString(): string }[]) => ids.map((id) => id.toHexString());

function said(wish: SlotChange, style: Style) {
  const fields = { action: wish.action, day: wish.day, ids: hex(wish.ids), resources: hex(wish.resources) };
  return { ...fields, on: wish.day ? fullDay(wish.day, style) : '' };
}

async function carryOut(deps: Deps, res: Response, slots: SelectedSlot[], wish: SlotChange): Promise<string> {
  const actor = actorOf(res);
  const event = eventOf(res);
  if (wish.action === 'remove') {
    const { removed, booked, held } = await removeSlots(actor, event, slots, deps.now());
    return [
      `Removed ${countOf(removed, 'slot', 'slots')}.`,
      booked.length > 0 && `${countOf(booked.length, 'booked slot stays', 'booked slots stay')}.`,
      held.length > 0 &&
        `${countOf(held.length, 'slot that a parent is booking right now stays', 'slots that parents are booking right now stay')}. Try again in a few minutes.`,
      tellLost(slots.length - removed - booked.length - held.length),
    ]
      .filter((part) => part !== false && part !== '')
      .join(' ');
  }
  const states = { show: 'visible', hide: 'hidden', unavailable: 'unavailable' } as const;
  const state = states[wish.action as keyof typeof states];
  const changed = await changeSlots(actor, event, slots, { state, message: wish.message }, deps.now());
  const now = `${countOf(changed, 'slot is', 'slots are')} now ${STATE_WORDS[state].toLowerCase()}.`;
  return [now, tellLost(slots.length - changed)].filter(Boolean).join(' ');
}
