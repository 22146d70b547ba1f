import assert from 'node:assert/strict';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { linkOf as linkFrom } from '../../server/web/say-kind.js';
import { EVE } from '../support/booking/conference.js';
import { Merging } from '../support/roster/merging.js';

const [ZOOM, MEET, OWN] = ['https://zoom.example/1', 'https://meet.example/2', 'https://own.example/3'];

describe('merging two teachers who meet by video', () => {
  const merging = new Merging();

  /** Where a family of each is sent after the merge. */
  async function merge(kept: string, dropped: string, own = '') {
    const [keep, drop] = await merging.twoTeachers();
    const [one, other] = merging.fair.teachers;
    await Resource.updateOne({ _id: one!.resource._id }, { $set: { link: kept } });
    await Resource.updateOne({ _id: other!.resource._id }, { $set: { link: dropped, kept: EVE } });
    const slotOf = (of: typeof one) => Slot.findOne({ resource: of!.resource._id }).orFail().lean();
    const slots = [await slotOf(one), await slotOf(other)];
    if (own) await Slot.updateOne({ _id: slots[1]!._id }, { $set: { link: own } });
    assert.deepEqual(await merging.merge(keep, drop), { ok: true });
    const resource = await Resource.findOne({ contact: keep._id }).orFail().lean();
    assert.deepEqual(resource.kept, EVE);
    const linkOf = async (id: Slot['_id']) => linkFrom(await Slot.findById(id).orFail().lean(), resource);
    return Promise.all(slots.map(({ _id }) => linkOf(_id)));
  }

  it('leaves every meeting a link, that of the other where there is one alone', async () => {
    assert.deepEqual(await merge('', MEET), [MEET, MEET]);
    assert.deepEqual(await merge(ZOOM, ''), [ZOOM, ZOOM]);
  });

  it('sends nobody to another link than they were told', async () => {
    assert.deepEqual(await merge(ZOOM, MEET), [ZOOM, MEET]);
    assert.deepEqual(await merge(ZOOM, MEET, OWN), [ZOOM, OWN]);
  });
});
