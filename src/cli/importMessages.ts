import * as z from 'zod';
import type { RecallMessage } from '../engine/ports';
import { readJsonLines } from './jsonLines';
import { type PlaceOptions, placeOf } from './place';
import { withDisk } from './withDisk';

type Options = PlaceOptions & { readonly json?: boolean };

/** Messages sent together; the disk process writes each batch at once. */
const BATCH = 500;

/** Milliseconds since the epoch, or a date as ISO 8601 writes it. */
const time = z.union([z.number(), z.string().transform((text) => Date.parse(text))]).refine(Number.isFinite, {
  error: 'expected ms since the epoch or an ISO date',
});

const messageLine = z.object({
  id: z.string().min(1),
  session: z.string().min(1),
  time,
  role: z.enum(['user', 'assistant', 'tool']),
  name: z.string().nullish(),
  text: z.string(),
});

/** `vctx recall import FILE`: messages with a known id are replaced. */
export async function importMessages(file: string, options: Options, signal: AbortSignal): Promise<void> {
  const { store } = await placeOf(options);
  const start = performance.now();
  await withDisk(store, async (disk) => {
    let imported = 0;
    let batch: RecallMessage[] = [];
    const flush = async () => {
      signal.throwIfAborted();
      await disk.append(batch);
      imported += batch.length;
      batch = [];
    };
    const lastSeq = new Map<string, number>();
    for await (const { name, ...line } of readJsonLines(file, messageLine)) {
      const seq = (lastSeq.get(line.session) ?? 0) + 1;
      lastSeq.set(line.session, seq);
      batch.push({ ...line, seq, ...(name ? { name } : {}) });
      if (batch.length === BATCH) await flush();
    }
    if (batch.length > 0) await flush();
    const ms = Math.round(performance.now() - start);
    if (options.json) console.log(JSON.stringify({ store, imported, ms }));
    else console.log(`${imported} messages imported, ${(ms / 1000).toFixed(1)} s`);
  });
}
