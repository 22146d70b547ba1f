import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { isPassing } from '../../server/runs/engine/judge-fault.js';

const { MongoBulkWriteError, MongoNetworkError, MongoServerError } = mongoose.mongo;

describe('whether a fault ends a run', () => {
  const result = {} as mongoose.mongo.BulkWriteResult;
  const passing: [string, unknown][] = [
    ['a connection that broke', new MongoNetworkError('gone')],
    ['a bulk write whose connection broke', new MongoBulkWriteError(new MongoNetworkError('gone'), result)],
    ['a server that shuts down', new MongoServerError({ message: 'shutting down', code: 11600 })],
  ];
  for (const [what, error] of passing)
    it(`${what} does not: the run is done again`, () => {
      assert.equal(isPassing(error), true);
    });
  const final: [string, unknown][] = [
    ['a slip of ours', new TypeError('x is not a function')],
    ['a duplicate key', new MongoServerError({ message: 'E11000', code: 11000 })],
    ['nothing at all', undefined],
  ];
  for (const [what, error] of final)
    it(`${what} does`, () => {
      assert.equal(isPassing(error), false);
    });
});
