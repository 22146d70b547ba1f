import mongoose from 'mongoose';
import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimit } from '../models/rate-limit.js';
import type { Response } from 'express';
import { HttpError } from './errors.js';
import { wordsFor } from './read-language.js';
import { sayIn } from './words.js';

/** A number of attempts within a number of seconds, counted in the database so that all processes count together. */
export interface Limit {
  /**
   * Counts one attempt for `key`.
   * @throws HttpError 429 saying how long to wait
   */
  take(key: string): Promise<void>;
  /** Takes back one attempt for `key`, because it was right. */
  giveBack(key: string): Promise<void>;
  /** Forgets the attempts for `key` after one that was right. */
  clear(key: string): Promise<void>;
}

export function rateLimit(name: string, tries: number, seconds: number): Limit {
  let limiter: RateLimiterMongo | undefined;
  // It is made at its first use, when the connection exists.
  const counter = (): RateLimiterMongo =>
    (limiter ??= new RateLimiterMongo({
      storeClient: mongoose.connection.db,
      tableName: RateLimit.collection.name,
      keyPrefix: name,
      points: tries,
      duration: seconds,
      disableIndexesCreation: true,
    }));
  return {
    async take(key) {
      try {
        await counter().consume(key);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        throw tooMany(Math.max(1, Math.ceil(refused.msBeforeNext / 1000)));
      }
    },
    async giveBack(key) {
      await counter().reward(key);
    },
    async clear(key) {
      await counter().delete(key);
    },
  };
}

/**
 * Counts an attempt for a page that shows its form again after too many, so that nothing typed is lost.
 * @returns why not and how long to wait, as a sentence for the form; the answer's status and header say it too
 */
export async function refusedTry(res: Response, take: () => Promise<unknown>): Promise<string | undefined> {
  const refused = await refusalOf(take);
  if (!refused) return undefined;
  res.status(429).set('Retry-After', String(refused.retryAfterSeconds ?? 1));
  const t = wordsFor(res);
  return `${sayIn(t, refused.headline)}. ${sayIn(t, refused.advice)}`;
}

/** Counts an attempt. @returns the refusal, where there were too many */
export async function refusalOf(take: () => Promise<unknown>): Promise<HttpError | undefined> {
  try {
    await take();
    return undefined;
  } catch (refused) {
    if (!(refused instanceof HttpError) || refused.status !== 429) throw refused;
    return refused;
  }
}

function tooMany(seconds: number): HttpError {
  const wait =
    seconds < 90
      ? { key: 'errors.waitSeconds', values: { count: seconds } }
      : { key: 'errors.waitMinutes', values: { count: Math.ceil(seconds / 60) } };
  return new HttpError(429, { key: 'errors.tooManyTries' }, wait, seconds);
}
