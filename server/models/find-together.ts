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

interface Of<T> {
  fields?: Partial<Record<keyof T | `${string}.${string}`, 0 | 1>>;
  sort?: Record<string, 1 | -1>;
  limit?: number;
}

/** A question for documents, as `find` reads them. */
export function documentsOf<T>(
  model: Model<T>,
  filter: QueryFilter<T>,
  { fields, sort, limit }: Of<T> = {},
): Question<T> {
  return ask<T>(
    model,
    filter,
    ...(sort ? [{ $sort: sort }] : []),
    ...(limit ? [{ $limit: limit }] : []),
    ...(fields ? [{ $project: fields as Record<string, 0 | 1> }] : []),
  );
}

/** A question for rows, as an aggregation makes them. */
export function rowsOf<Row>(
  model: Pick<Model<never>, 'modelName' | 'collection'>,
  stages: Stage[],
): Question<Row> {
  return { model: model.modelName, collection: model.collection.name, stages };
}

/** A question for how many documents a filter finds: no row for none, which `countIn` reads. */
export function countOfAll<T>(model: Model<T>, filter: QueryFilter<T>): Question<{ count: number }> {
  return ask<T, { count: number }>(model, filter, { $count: 'count' });
}

export function countIn([row]: { count: number }[]): number {
  return row?.count ?? 0;
}

type Questions = Record<string, Question<unknown>>;
/** What the answers to some questions look like. */
export type FoundOf<Q extends Questions> = { [K in keyof Q]: NonNullable<Q[K]['row']>[] };

/** Documents of an answer, enough for one: a second one would be a further command. */
export const BATCH = 10_000;

/**
 * Asks several collections by one command: a page, or a booking, costs as much as it has commands. The answers are as plain as `lean()` has
 * them, and of one collection in the order that its question sorts by. They are read one after another, as several finds would be.
 */
export async function findTogether<Q extends Questions>(questions: Q): Promise<FoundOf<Q>> {
  const parts = Object.entries(questions)
    .filter(([, one]) => !findsNothing(one))
    .map(([name, { stages, ...rest }]) => ({
      ...rest,
      // Each document says which question it answers.
      pipeline: [...stages, { $project: { _id: 0, name: { $literal: name }, row: '$$ROOT' } }],
    }));
  const [first, ...others] = parts;
  const answers: Record<string, unknown[]> = Object.fromEntries(
    Object.keys(questions).map((name) => [name, []]),
  );
  if (first) {
    const stages = [
      ...first.pipeline,
      ...others.map(({ collection, pipeline }) => ({ $unionWith: { coll: collection, pipeline } })),
    ];
    // Past mongoose, which has nothing to do for an aggregation but takes its time.
    const found = mongoose
      .model(first.model)
      .collection.aggregate<{ name: string; row: unknown }>(stages, { batchSize: BATCH });
    for (const { name, row } of await found.toArray()) answers[name]?.push(row);
  }
  return answers as FoundOf<Q>;
}

/** Whether a question names documents, and none. It needs no part in the command. */
function findsNothing({ stages: [first] }: Question<unknown>): boolean {
  const { _id } = (first && '$match' in first ? first.$match : {}) as { _id?: { $in?: unknown[] } };
  return _id?.$in?.length === 0;
}

/** The same by a command each, side by side: of thousands of documents that takes less time. */
export async function findApart<Q extends Questions>(questions: Q): Promise<FoundOf<Q>> {
  const found = Object.entries(questions).map(async ([name, { model, stages }]) => {
    const rows = await mongoose.model(model).collection.aggregate(stages, { batchSize: BATCH }).toArray();
    return [name, rows];
  });
  return Object.fromEntries(await Promise.all(found)) as FoundOf<Q>;
}
