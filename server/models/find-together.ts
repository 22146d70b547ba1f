import type { Model, PipelineStage, QueryFilter } from 'mongoose';

type Stages = PipelineStage.FacetPipelineStage[];

/** What is asked of one collection; `_row` tells the compiler alone what a row is. */
export interface Asked<T> {
  collection: string;
  stages: PipelineStage[];
  run: (pipeline: PipelineStage[]) => Promise<unknown[]>;
  readonly _row?: T;
}

interface Of<T> {
  fields?: Partial<Record<keyof T | `${string}.${string}`, 0 | 1>>;
  sort?: Record<string, 1 | -1>;
  limit?: number;
}

/** Documents as `find` reads them. Nothing is cast: an id is given as an ObjectId. */
export function documentsOf<T>(
  model: Model<T>,
  filter: QueryFilter<T>,
  { fields, sort, limit }: Of<T> = {},
): Asked<T> {
  return rowsOf<T>(model, [
    { $match: filter },
    ...(sort ? [{ $sort: sort }] : []),
    ...(limit ? [{ $limit: limit }] : []),
    ...(fields ? [{ $project: fields as Record<string, 0 | 1> }] : []),
  ]);
}

/** Rows as an aggregation makes them. */
export function rowsOf<R>(model: Pick<Model<never>, 'collection'>, stages: PipelineStage[]): Asked<R> {
  const of = model as unknown as Model<unknown>;
  return {
    collection: model.collection.name,
    stages,
    run: (pipeline) => of.aggregate(pipeline).option({ batchSize: MOST_AT_ONCE }),
  };
}

/** A page's rows come in one answer: the usual first batch of 101 would be asked for the rest. */
const MOST_AT_ONCE = 1000;

/**
 * Reads from several collections in one command, each by its own index, as one question to each would. For what a page needs at the same
 * time: a page asks a few times, wherever its database is.
 * @returns the rows of each, under its key and in its order
 */
export async function findTogether<A extends Record<string, Asked<unknown>>>(
  asked: A,
): Promise<{ [K in keyof A]: A[K] extends Asked<infer R> ? R[] : never }> {
  const [first, ...others] = Object.entries(asked).map(([key, { collection, stages, run }]) => ({
    ...{ collection, run },
    pipeline: [...stages, { $replaceWith: { [key]: '$$ROOT' } }] as Stages,
  }));
  const answers = Object.fromEntries(Object.keys(asked).map((key) => [key, [] as unknown[]]));
  const rows = first
    ? await first.run([
        ...first.pipeline,
        ...others.map(({ collection, pipeline }) => ({ $unionWith: { coll: collection, pipeline } })),
      ])
    : [];
  for (const row of rows as Record<string, unknown>[])
    for (const [key, held] of Object.entries(row)) answers[key]?.push(held);
  return answers as { [K in keyof A]: A[K] extends Asked<infer R> ? R[] : never };
}

/** How many documents a filter finds: no row for none, which `countIn` reads. */
export function countOfAll<T>(model: Model<T>, filter: QueryFilter<T>): Asked<{ count: number }> {
  return rowsOf(model, [{ $match: filter }, { $count: 'count' }]);
}

export function countIn([row]: { count: number }[]): number {
  return row?.count ?? 0;
}
