import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import type { HouseholdChange } from '../models/household-change.js';
import { User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { andList } from '../web/format-count.js';
import { inLanguage, readerCalled } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';

const SENTENCES: Record<HouseholdChange['kind'], { subject: string; own: string; bySchool: string }> = {
  join: {
    subject: 'household.joinedSubject',
    own: 'household.joinedMail',
    bySchool: 'household.joinedBySchoolMail',
  },
  leave: {
    subject: 'household.leftSubject',
    own: 'household.leftMail',
    bySchool: 'household.leftBySchoolMail',
  },
};

/**
 * Mails all whom a change of a household concerns, each in their language: that they act as one from now on, or no longer do. Saying it
 * twice queues it once. Nothing goes to an address that nobody has proven.
 */
export async function tellChange(
  deps: Deps,
  { _id, account: at, event: of, kind, household: id, adult, bySchool }: HouseholdChange,
): Promise<void> {
  const [account, household, event] = await Promise.all([
    Account.findById(at).lean(),
    Household.findById(id).lean(),
    of ? Event.findById(of).lean() : null,
  ]);
  if (!account || !household || !adult) return;
  const said = kind === 'join' ? await findLeftOut(household, deps.now()) : [];
  const people = await peopleOf([...household.adults, adult]);
  const { subject, own, bySchool: theirs } = SENTENCES[kind];
  for (const person of people.filter(({ emailProvenAt }) => emailProvenAt)) {
    const reader = readerCalled(person.language, account);
    const t = wordsOf(reader);
    const others = people.filter((one) => !one._id.equals(person._id)).map(({ name }) => name);
    const about = {
      name: person.name,
      other: andList(others, reader),
      school: account.name,
      office: callOffice({ ...reader, ...(event?.office ? { office: event.office } : {}) }),
    };
    const left = said.map(({ count, most, name, link }) =>
      [t('draw.leftOutMail', { count, most, event: name }), `${deps.config.publicUrl}/e/${link}/draw`].join(
        '\n',
      ),
    );
    await queueMail(deps, {
      account: account._id,
      kind: 'access changed',
      to: person.email,
      ...inLanguage(reader),
      subject: t(subject, about),
      text: [t(bySchool ? theirs : own, about), ...left.map((one) => `${one}\n`)].join('\n'),
      key: `household:${_id.toHexString()}:${person._id.toHexString()}`,
    });
  }
}

/** In which preference rounds wishes had no room, and can still be changed. */
async function findLeftOut({ _id: household }: Household, now: Date) {
  const entries = await DrawEntry.find({ household, leftOut: { $gt: 0 } }).lean();
  const ids = { $in: entries.map(({ draw }) => draw) };
  const draws = await Draw.find(
    { _id: ids, state: 'collecting', until: { $gt: now } },
    { event: 1, most: 1 },
  ).lean();
  const found = { _id: { $in: draws.map(({ event }) => event) }, status: 'active' as const };
  return (await Event.find(found, { name: 1, link: 1 }).lean()).flatMap(({ _id, name, link }) => {
    const draw = draws.find(({ event }) => event.equals(_id));
    const count = entries.find((entry) => draw?._id.equals(entry.draw))?.leftOut;
    return draw && count ? [{ count, most: draw.most, name, link }] : [];
  });
}

function peopleOf(adults: Types.ObjectId[]) {
  return User.find({ _id: { $in: adults } }, { name: 1, email: 1, language: 1, emailProvenAt: 1 }).lean();
}
