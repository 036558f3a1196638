/** `localisation.NAME.jsonl`: the first line names repository and commit, each further line a question and its files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const headLine = z.object({ repository: z.string(), base: z.string() });
const questionLine = z.object({ id: z.string(), query: z.string(), targets: z.array(z.string()).min(1) });

export interface QueryFile {
  /** Folder of the repository among its siblings. */
  readonly name: string;
  /** The commit that the targets belong to. */
  readonly base: string;
  readonly questions: readonly z.output<typeof questionLine>[];
}

export function readQueryFiles(folder: string): QueryFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const name = /^localisation\.(.+)\.jsonl$/.exec(file)?.[1];
      if (name === undefined) return [];
      const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
      const [head, ...questions] = lines.map((line): unknown => JSON.parse(line));
      return {
        name,
        base: headLine.parse(head).base,
        questions: questions.map((q) => questionLine.parse(q)),
      };
    });
}
