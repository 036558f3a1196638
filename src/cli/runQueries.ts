import * as z from 'zod';
import { VirtualContextError } from '../engine/errors';
import { readJsonLines } from './jsonLines';

export interface QueryOptions {
  readonly queries?: string;
  readonly json?: boolean;
}

/** What one query found: what a person is shown and what a program gets. */
export interface QueryResult {
  readonly lines: readonly string[];
  readonly hits: readonly object[];
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
      const { hits } = await search(line.query);
      console.log(JSON.stringify({ id: line.id, query: line.query, hits }));
    }
    return;
  }
  const { lines, hits } = await search(query as string);
  if (json) console.log(JSON.stringify({ query, hits }));
  else console.log(lines.length > 0 ? lines.join('\n') : 'Nothing found.');
}
