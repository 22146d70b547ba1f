import mongoose, { type Model, type PipelineStage, type QueryFilter } from 'mongoose';

type Stage = Exclude<PipelineStage, PipelineStage.Merge | PipelineStage.Out>;

/** What is asked of one collection; `T` is what a document of the answer looks like. */
export interface Question<T> {
  model: string;
  collection: string;
  stages: Stage[];
  /** For the type alone: there is never a value. */
  row?: T;
}

/**
 * A question for `findTogether`. No values are cast, as in every aggregation.
 * @param stages what is done with the documents found, such as leaving fields out
 */
export function ask<T, Row = T>(
  model: Pick<Model<T>, 'modelName' | 'collection'>,
  filter: QueryFilter<T>,
  ...stages: Stage[]
): Question<Row> {
  const match = { $match: filter as Record<string, unknown> };
  return { model: model.modelName, collection: model.collection.name, stages: [match, ...stages] };
}

/** Large enough for one answer: a second one would be a further command. */
const BATCH = 10_000;

/**
 * Asks several collections by one command: what a booking costs is the number of its commands. The answers are as plain as `lean()` has
 * them, and of one collection in the order that its question sorts by. They are read one after another, as several finds would be.
 */
export async function findTogether<Q extends Record<string, Question<unknown>>>(
  questions: Q,
): Promise<{ [K in keyof Q]: NonNullable<Q[K]['row']>[] }> {
  const parts = Object.entries(questions).map(([name, { stages, ...rest }]) => ({
    ...rest,
    // Each document says which question it answers.
    pipeline: [...stages, { $project: { _id: 0, name: { $literal: name }, row: '$$ROOT' } }],
  }));
  const [first, ...others] = parts;
  const answers: Record<string, unknown[]> = Object.fromEntries(
    Object.keys(questions).map((name) => [name, []]),
  );
  if (first) {
    const found = await mongoose
      .model(first.model)
      .aggregate<{ name: string; row: unknown }>([
        ...first.pipeline,
        ...others.map(({ collection, pipeline }) => ({ $unionWith: { coll: collection, pipeline } })),
      ] as PipelineStage[])
      .option({ batchSize: BATCH });
    for (const { name, row } of found) answers[name]?.push(row);
  }
  return answers as { [K in keyof Q]: NonNullable<Q[K]['row']>[] };
}
