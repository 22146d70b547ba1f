/** One-shot jobs that a feature may ask for. What runs on its own, and when, is told in `jobs/schedule.ts`. */
export type JobName =
  | 'run-sync'
  | 'run-refresh'
  | 'read-upload'
  | 'delete-contacts'
  | 'delete-events'
  | 'deliver-notifications'
  | 'invite-staff'
  | 'move-slots'
  | 'offer-times'
  | 'rehearse'
  | 'send-mailing';

/** Where features hand work over to the worker; `jobs/` gives the real one, tests may run a job at once. */
export interface Queue {
  /**
   * Asks for a job to run as soon as a worker is free.
   * @param key what it is about (a run's id); the same name and key waits only once.
   */
  add(name: JobName, key: string): Promise<void>;
}
