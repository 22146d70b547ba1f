import { Account, type CleverKinds } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { School } from '../../server/models/school.js';
import { searchKey } from '../../server/models/search-key.js';
import { seal } from '../../server/seal.js';
import type { ServedDistrict } from './sandbox-process.js';

/** An account connected to the district, with all its schools matched and one event that takes everything. */
export async function prepareAccount(
  district: ServedDistrict,
  kinds: CleverKinds,
  secret: string,
): Promise<void> {
  const account = await Account.create({
    name: 'Maple District',
    timeZone: 'America/Chicago',
    createdAt: new Date(),
    clever: {
      districtId: district.districtId,
      credentials: { kind: 'token', token: seal(district.token, secret) },
      approval: 'approved',
      enabled: true,
      kinds,
      schools: [],
    },
  });
  const schools = await School.insertMany(
    district.schools.map((id, index) => {
      const name = `School ${String(index + 1)}`;
      return { account: account._id, name, clever: { id, name }, sortKey: searchKey(name) };
    }),
  );
  const terms = district.terms.map((id, index) => ({
    id,
    name: `Term ${String(index + 1)}`,
    start: '',
    end: '',
  }));
  await Event.create({
    account: account._id,
    name: 'Fall conferences',
    timeZone: 'America/Chicago',
    days: ['2026-11-24'],
    link: 'bench',
    booking: {},
    createdAt: new Date(),
    sortKey: searchKey('Fall conferences'),
    sync: { on: false, hour: 1, schools: schools.map(({ _id }) => _id), terms, noTerm: true },
  });
}
