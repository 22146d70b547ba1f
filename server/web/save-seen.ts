import { changedMeanwhile, type SettingsFields } from './compare-seen.js';
import { typedValues, type Form } from './parse.js';

/** A settings form as it was sent. */
export interface SentForm {
  fields: SettingsFields;
  body: unknown;
  /** What was stored when the request came, as the form shows it. */
  shown: Record<string, unknown>;
}

/** What a save says where the stored settings are no longer what the form showed. */
type Late = false | { ok: false; reason: 'changed meanwhile' };
type Outcome = boolean | { ok: boolean; reason?: string };

/**
 * Saves a settings form only while what it showed still holds.
 * @param save writes only while `shown` is stored
 * @param reload what is stored now, as the form shows it; asked only where the save found something else
 * @returns the form to show again where somebody else saved meanwhile, or what the save said
 */
export async function saveSeen<T extends Outcome>(
  { fields, body, shown }: SentForm,
  save: () => Promise<T>,
  reload: () => Promise<Record<string, unknown>>,
): Promise<{ form: Form; saved?: undefined } | { form?: undefined; saved: Exclude<T, Late> }> {
  const changed = changedMeanwhile(fields, body, shown);
  if (changed) return { form: changed };
  const saved = await save();
  if (!isLate(saved)) return { saved: saved as Exclude<T, Late> };
  const form = changedMeanwhile(fields, body, await reload(), shown);
  return { form: form ?? { values: typedValues(body), errors: { _form: SAVE_AGAIN } } };
}

const SAVE_AGAIN = 'Somebody else saved at the same moment. What you typed isn’t saved yet. Save again.';

function isLate(saved: Outcome): boolean {
  if (typeof saved === 'boolean') return !saved;
  return !saved.ok && saved.reason === 'changed meanwhile';
}
