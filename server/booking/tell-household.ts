import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';

export async function tellHousehold(
  _deps: Deps,
  _appointment: Appointment,
  _what: 'booked' | 'changed' | 'cancelled',
): Promise<void> {
  await Promise.resolve();
}
