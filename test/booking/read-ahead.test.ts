import assert from 'node:assert/strict';
import type { Request } from 'express';
import { Types } from 'mongoose';
import { linkedAhead, readAhead, takeHomesAhead } from '../../server/parents/read-ahead.js';

const ADULT = new Types.ObjectId();

/** A request whose login has been read, with what was read beside it. */
function asked(path: string): Request {
  const req = { path } as Request;
  readAhead(req, ADULT)?.keep({ events: [], own: [], people: [] });
  return req;
}

describe('what is read together with a login', () => {
  const { now } = performance;
  afterEach(() => {
    performance.now = now;
  });

  it('is the event of the address, and the households of that adult, once', () => {
    const req = asked('/e/fall-2026/times/1');
    assert.ok(linkedAhead(req, 'fall-2026'));
    assert.equal(linkedAhead(req, 'spring'), undefined);
    assert.ok(takeHomesAhead(req, ADULT));
    assert.equal(takeHomesAhead(req, ADULT), undefined, 'this request may have changed them');
    assert.equal(takeHomesAhead(asked('/e/fall-2026'), new Types.ObjectId()), undefined);
    for (const path of ['/events/1', '/e/', '/e/a b', `/e/${'x'.repeat(61)}`])
      assert.equal(readAhead({ path } as Request, ADULT), undefined, path);
  });

  it('is read again where a form took long to come', () => {
    const req = asked('/e/fall-2026/appointments');
    performance.now = () => now.call(performance) + 1001;
    assert.equal(linkedAhead(req, 'fall-2026'), undefined);
    assert.equal(takeHomesAhead(req, ADULT), undefined);
  });
});
