import * as z from 'zod';
import { BadQueryError, describeError, VirtualContextError } from '../engine/errors';
import { readJsonLines } from './jsonLines';

export interface QueryOptions {
  readonly queries?: string;
  readonly json?: boolean;
}

/** What one query found: what a person is shown and what a program gets. */
export interface QueryResult {
  readonly lines: readonly string[];
  readonly hits: readonly object[];
  /** How many there are in all. */
  readonly counts?: object;
}

const queryLine = z.object({ id: z.union([z.string(), z.number()]), query: z.string() });

/** The argument or the file, exactly one of them. */
class QueryMissingError extends VirtualContextError {}

/**
 * Runs the query on the command line, or each one of the file, in its order, and prints the results.
 * @param search runs one query
 */
export async function runQueries(
  query: string | undefined,
  { queries, json }: QueryOptions,
  search: (text: string) => Promise<QueryResult>,
): Promise<void> {
  if (Boolean(query?.trim()) === (queries !== undefined)) {
    throw new QueryMissingError('There is nothing to search for.', 'Give either a query or --queries FILE.');
  }
  if (queries !== undefined) {
    for await (const line of readJsonLines(queries, queryLine)) {
      console.log(JSON.stringify({ id: line.id, query: line.query, ...(await answer(search, line.query)) }));
    }
    return;
  }
  const { lines, hits, counts } = await search(query as string);
  if (json) console.log(JSON.stringify({ query, ...counts, hits }));
  else console.log(lines.length > 0 ? lines.join('\n') : 'Nothing found.');
}

/** A query of a file that means nothing is told on its line; the others go on. */
async function answer(search: (text: string) => Promise<QueryResult>, text: string) {
  try {
    return { hits: (await search(text)).hits };
  } catch (error) {
    if (!(error instanceof BadQueryError)) throw error;
    process.exitCode = 1;
    return { hits: [], error: describeError(error) };
  }
}
