import type { Deps } from '../deps.js';
import { Notification } from '../models/notification.js';

/** How many of the last emails are looked through. */
const MOST_LOOKED = 20;

/** The email with a link to log in that was asked for last, for whoever is at the demo. Nobody reads one elsewhere. */
export async function findMailHere({
  showsMails,
}: Pick<Deps, 'showsMails'>): Promise<{ subject: string; lines: string[]; href: string } | undefined> {
  if (!showsMails) return undefined;
  const last = await Notification.find({}, { kind: 1, subject: 1, text: 1 })
    .sort({ _id: -1 })
    .limit(MOST_LOOKED)
    .lean();
  const mail = last.find(({ kind }) => kind === 'log in');
  const [address] = /https?:\S+/.exec(mail?.text ?? '') ?? [];
  if (!mail || !address) return undefined;
  return { subject: mail.subject, lines: mail.text.trim().split('\n'), href: new URL(address).pathname };
}
