import mongoose, { Schema } from 'mongoose';

/** Agenda's own collection, known here for its indexes; only Agenda writes it. */
const schema = new Schema(
  {
    name: String,
    data: Schema.Types.Mixed,
    nextRunAt: Date,
    lockedAt: Date,
    priority: Number,
    disabled: Boolean,
    type: { type: String },
  },
  { collection: 'agendaJobs', versionKey: false, strict: false },
);
schema.index(
  { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 },
  { name: 'findAndLockNextJobIndex' },
);
// Agenda's own `unique` is a query that two requests may pass at once; this index is exact.
schema.index(
  { name: 1, 'data.key': 1 },
  { unique: true, partialFilterExpression: { 'data.key': { $exists: true } } },
);

export const AgendaJob = mongoose.model('agendaJob', schema);
