/** The engine benchmark: each part measures one promise of docs/engine.md, on data made from the seed. */
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

/** By the key under which the result stands in the JSON. */
const PARTS: Readonly<Record<string, (options: EngineBenchOptions) => Promise<object>>> = {
  nestedKv: runNestedKv,
  replacement: runReplacement,
  cost: runCost,
  scale: runScale,
  replay: runReplay,
  window: runWindow,
  stale: runStale,
  deepRecall: runDeepRecall,
  documentQa: runDocumentQa,
  openers: runOpeners,
};

/**
 * @param only names of the parts to run; none means all
 * @throws Error when there is no such part
 */
export async function benchEngine(
  options: EngineBenchOptions,
  only: readonly string[],
): Promise<Readonly<Record<string, object>>> {
  const unknown = only.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
  console.log(
    'The models are scripted: they show what was in the window and what it cost, never how good an answer is.',
  );
  const results: Record<string, object> = {};
  for (const [name, run] of Object.entries(PARTS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const start = performance.now();
    results[name] = await run(options);
    console.log(`\n${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    show(results[name], '  ');
  }
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
