import { Agenda, InMemoryNotificationChannel } from 'agenda';
import { MongoBackend } from '@agendajs/mongo-backend';
import mongoose from 'mongoose';
import { AgendaJob } from '../server/models/agenda-job.js';
import { isDuplicateKey } from '../server/models/duplicate-key.js';
import type { JobName, Queue } from '../server/queue.js';

/**
 * Without Agenda's log of jobs, which nobody reads: it would build indexes for it right away, and a database that goes away meanwhile
 * would end the process, as Agenda waits for them without a catch.
 */
class JobsAlone extends MongoBackend {
  override connect(): Promise<void> {
    return this.repository.connect();
  }
}

export interface AgendaQueue extends Queue {
  agenda: Agenda;
  /** How long a job that says nothing counts as running. */
  lockMs: number;
}

/**
 * The queue that features hand work to. The database must be connected: Agenda ends the process otherwise.
 * @param processEveryMs how often waiting jobs of other processes are looked for; own ones start at once
 * @param lockMs how long a job that says nothing counts as running; Agenda leaves a timer of half of it behind each job
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
        // Two asked at once: one job is what both want.
        if (!isDuplicateKey(error)) throw error;
      });
    },
  };
}
