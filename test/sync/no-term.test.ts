import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Section } from '../../server/models/section.js';
import { Term } from '../../server/models/term.js';
import { readForPage } from '../../server/clever/read-for-page.js';
import { readTerms as browseTerms } from '../../server/clever/data-browser/read-terms.js';
import { readTerms } from '../../server/importer/read-terms.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { sayResult } from '../support/say-run.js';

describe('classes without a term', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startDistrict({ students: 60 });
  });
  afterEach(() => district.close());

  const account = () => Account.findById(district.account).orFail().lean();
  /** The number of sections without a term that the Importer shows. */
  const byImporter = async () => {
    const read = await readTerms(district.deps, await account(), district.schools);
    assert.ok(read.ok);
    return read.value;
  };
  const byBrowser = async () => {
    const read = await readForPage(district.deps, await account(), (client) => browseTerms(client));
    assert.ok(read.ok);
    return read.value.value;
  };
  const brought = async (terms: string[], noTerm: boolean) => {
    const chosen = terms.map((id) => ({ id, name: '', start: '', end: '' }));
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.terms': chosen, 'sync.noTerm': noTerm } });
    const run = await district.start({ trigger: 'first import' });
    assert.equal(run.state, 'done', sayResult(run));
    return Class.countDocuments({ event: district.event, status: 'active' });
  };
  const [MISSING, EMPTY, NULL, UNKNOWN, SPACE] = [0, 1, 2, 3, 4] as const;
  /** Sections without a term, with an unknown one, and with one that the district removes. */
  function spoil(): void {
    const { sandbox } = district;
    const termIds: Record<number, unknown> = {
      [MISSING]: undefined,
      [EMPTY]: '',
      [NULL]: null,
      [UNKNOWN]: 'f'.repeat(24),
      [SPACE]: ' ',
    };
    for (const [index, term] of Object.entries(termIds))
      sandbox.change(sandbox.idOf('section', Number(index)), { term_id: term });
    sandbox.remove(sandbox.idOf('term', 0));
  }

  it('are as many in the Importer, before and after a download, in the data browser, and in what an import brings', async () => {
    await district.sync();
    const inLost = await Section.countDocuments({ term: district.sandbox.idOf('term', 0), status: 'active' });
    assert.ok(inLost > 0);
    spoil();
    const browsed = await byBrowser();
    const mirror = await Section.find().lean();
    await Section.deleteMany({});
    const live = await byImporter();
    assert.ok(live.live);
    // It is new to the account: a known section would keep its term.
    const unknown = district.sandbox.idOf('section', UNKNOWN);
    await Section.insertMany(mirror.filter(({ record }) => record.id !== unknown));
    const count = await brought([], true);
    assert.equal(await Term.countDocuments({ status: 'archived' }), 1);
    const known = await byImporter();
    assert.ok(!known.live);
    assert.ok(count > inLost);
    assert.deepEqual([live.noTerm, known.noTerm, browsed.noTerm + browsed.unshared], [count, count, count]);
    for (const term of known.terms) {
      const shown = browsed.terms.find(({ id }) => id === term.id)?.sections;
      const read = live.terms.find(({ id }) => id === term.id)?.sections;
      assert.deepEqual(
        [shown, read, await brought([term.id], false)],
        [term.sections, term.sections, term.sections],
      );
    }
    const everything = known.terms.map(({ id }) => id);
    assert.equal(await brought(everything, true), browsed.sections);
  });

  it('come and go with the nights as the counts do, and a preview says the same', async () => {
    await brought([], true);
    spoil();
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    const run = await district.start({ trigger: 'nightly', night: 'one' });
    assert.deepEqual(
      [preview.counts.class?.added, preview.counts.class?.removed],
      [run.counts.class?.added, run.counts.class?.removed],
    );
    const { noTerm } = await byImporter();
    assert.equal(await Class.countDocuments({ event: district.event, status: 'active' }), noTerm);
  });
});
