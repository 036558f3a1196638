/**
 * Openers (Packer et al. 2023, section 3.1.2): sessions held through the real engine, its log and blob store; then how
 * much of their facts the opener of a new session takes up, and how much one that knows the last session only. The
 * model says what the task has it say: it proves mechanism. Both openers are extracted by the same rules and have the
 * same number of tokens.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coverage, factsTold } from '../../../src/cli/eval/coverage';
import { Random } from '../../../src/cli/eval/Random';
import { type OpenerTask, openerTask } from '../../../src/cli/eval/tasks/openers';
import { composeOpener, drawOpener, openerText } from '../../../src/engine/opener';
import { digestSession } from '../../../src/engine/sessionDigest';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { sessionsFolder } from '../../../src/journal/storeFolders';
import { openRealEngine } from '../../integration/engine/realEngine';
import { inProcessTokenCounter } from '../../support/inProcessTokenCounter';
import { ScriptedModel } from '../../support/scriptedModel';

interface OpenersResult {
  readonly workspaces: number;
  readonly facts: number;
  /** Mean ROUGE-L recall of the facts of all sessions, 0-1. */
  readonly coverage: number;
  /** The same of an opener that is made from the last session only. */
  readonly lastSessionOnly: number;
  /** Share of the facts told, 0-1: the facts of one form share words, which the recall counts and this does not. */
  readonly told: number;
  readonly lastSessionTold: number;
  /** Largest opener, own tokens. */
  readonly tokens: number;
}

const SESSIONS = 8;

export async function runOpeners(options: {
  readonly quick: boolean;
  readonly seed: number;
}): Promise<OpenersResult> {
  const workspaces = options.quick ? 2 : 20;
  const results: Measured[] = [];
  for (let workspace = 0; workspace < workspaces; workspace++) {
    results.push(await measure(openerTask(Random.named(options.seed, `openers ${workspace}`), SESSIONS)));
  }
  const mean = (of: (result: Measured) => number) =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length;
  return {
    workspaces,
    facts: results.reduce((sum, result) => sum + result.facts, 0),
    coverage: mean((result) => result.all),
    lastSessionOnly: mean((result) => result.last),
    told: mean((result) => result.allTold),
    lastSessionTold: mean((result) => result.lastTold),
    tokens: Math.max(...results.map((result) => result.tokens)),
  };
}

interface Measured {
  readonly facts: number;
  readonly all: number;
  readonly last: number;
  readonly allTold: number;
  readonly lastTold: number;
  readonly tokens: number;
}

async function measure(task: OpenerTask): Promise<Measured> {
  const store = mkdtempSync(join(tmpdir(), 'vctx-openers-'));
  try {
    const ids = task.sessions.map((_, index) => `session-${index}`);
    for (const [index, exchanges] of task.sessions.entries()) {
      const model = new ScriptedModel((_, step) => ({ text: exchanges[step]?.assistant ?? '' }));
      const agent = await openRealEngine({ store, folder: store, session: ids[index] ?? '', model });
      for (const { user } of exchanges) await agent.submit(user);
      await agent.dispose();
    }
    const history = new FileSessionHistory(sessionsFolder(store));
    const all = await drawOpener(history, inProcessTokenCounter, 'new', Date.now());
    const lastId = ids.at(-1) ?? '';
    const last = await composeOpener(
      [await digestSession(lastId, history.events(lastId))],
      inProcessTokenCounter,
    );
    const facts = task.facts.map((fact) => fact.text);
    const text = all ? openerText(all) : '';
    const lastText = last ? openerText(last) : '';
    const [tokens = 0] = await inProcessTokenCounter.count([text]);
    return {
      facts: facts.length,
      all: coverage(facts, text),
      last: coverage(facts, lastText),
      allTold: factsTold(facts, text),
      lastTold: factsTold(facts, lastText),
      tokens,
    };
  } finally {
    rmSync(store, { recursive: true });
  }
}
