/** The engine benchmark: each part measures one promise of docs/engine.md, on data made from the seed. */
import { runCheckpoints } from './checkpoints';
import { runCost } from './cost';
import { runDeepRecall } from './deepRecall';
import { runDocumentQa } from './documentQa';
import { runNestedKv } from './nestedKv';
import { runOpeners } from './openers';
import type { EngineBenchOptions } from './options';
import { runReplacement } from './replacement';
import { runReplay } from './replay';
import { runScale } from './scale';
import { runStale } from './stale';
import { runWindow } from './window';

type Parts = Readonly<Record<string, (options: EngineBenchOptions) => Promise<object>>>;

/** Parts by the key under which the result stands in the JSON. These wait for the disk most of the time: they run at once. */
const WAITING: Parts = {
  nestedKv: runNestedKv,
  deepRecall: runDeepRecall,
  documentQa: runDocumentQa,
};

/** These measure time, or keep a core busy: one after the other. */
const BUSY: Parts = {
  replacement: runReplacement,
  cost: runCost,
  scale: runScale,
  replay: runReplay,
  window: runWindow,
  stale: runStale,
  openers: runOpeners,
  checkpoints: runCheckpoints,
};

/**
 * @param only names of the parts to run; none means all
 * @throws Error when there is no such part
 */
export async function benchEngine(
  options: EngineBenchOptions,
  only: readonly string[],
): Promise<Readonly<Record<string, object>>> {
  const names = [...Object.keys(WAITING), ...Object.keys(BUSY)];
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}. Parts: ${names.join(', ')}.`);
  console.log(
    'The models are scripted: they show what was in the window and what it cost, never how good an answer is.',
  );
  const results: Record<string, object> = {};
  const measure = async ([name, run]: [string, Parts[string]]) => {
    const start = performance.now();
    const result = await run(options);
    results[name] = result;
    console.log(`\n${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    show(result, '  ');
  };
  const wanted = (parts: Parts) =>
    Object.entries(parts).filter(([name]) => only.length === 0 || only.includes(name));
  await Promise.all(wanted(WAITING).map(measure));
  for (const part of wanted(BUSY)) await measure(part);
  return results;
}

/** Prints a result as an outline: what has no parts of its own goes on one line. */
function show(result: object, indent: string): void {
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === 'object' && value !== null && !isFlat(value)) {
      console.log(`${indent}${name}`);
      show(value, `${indent}  `);
    } else console.log(`${indent}${name}: ${flatText(value)}`);
  }
}

function isFlat(value: object): boolean {
  return Object.values(value).every((part) => typeof part !== 'object' || part === null);
}

function flatText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.join(' ');
  return Object.entries(value)
    .map(([name, part]) => `${name} ${String(part)}`)
    .join(', ');
}
