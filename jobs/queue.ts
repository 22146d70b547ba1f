import { Agenda, InMemoryNotificationChannel } from 'agenda';
import { MongoBackend } from '@agendajs/mongo-backend';
import mongoose from 'mongoose';
import { AgendaJob } from '../server/models/agenda-job.js';
import { isDuplicateKey } from '../server/models/duplicate-key.js';
import type { JobName, Queue } from '../server/queue.js';

/**
 * Agenda without its log of jobs, which nobody reads: it would build indexes for the log at once, without catching errors, so that a
 * database that goes away meanwhile would end the process.
 */
class JobsAlone extends MongoBackend {
  override connect(): Promise<void> {
    return this.repository.connect();
  }
}

export interface AgendaQueue extends Queue {
  agenda: Agenda;
  /** How long a silent job counts as running. */
  lockMs: number;
}

/**
 * The queue to which features hand work. The database must be connected, or Agenda ends the process.
 * @param processEveryMs how often the queue is searched for jobs of other processes; own jobs start at once
 * @param lockMs how long a silent job counts as running; Agenda leaves a timer of half that time behind each job
 */
export function createQueue({ processEveryMs = 2000, lockMs = 30_000 } = {}): AgendaQueue {
  const { db } = mongoose.connection;
  if (!db) throw new Error('The queue needs a connected database.');
  const agenda = new Agenda({
    backend: new JobsAlone({ mongo: db, collection: AgendaJob.collection.name, ensureIndex: false }),
    notificationChannel: new InMemoryNotificationChannel(),
    processEvery: processEveryMs,
    defaultConcurrency: 2,
    defaultLockLimit: 2,
    defaultLockLifetime: lockMs,
    removeOnComplete: true,
  });
  return {
    agenda,
    lockMs,
    async add(name: JobName, key: string) {
      const job = agenda
        .create(name, { key })
        .unique({ 'data.key': key }, { insertOnly: true })
        .schedule(new Date());
      await job.save().catch((error: unknown) => {
        // Two requests at once need only one job.
        if (!isDuplicateKey(error)) throw error;
      });
    },
  };
}
