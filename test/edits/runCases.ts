/** Makes the edits of a corpus through the engine, on real files, and judges what came of them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findNodeAtLocation,
  getNodeValue,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import * as z from 'zod';
import { AgentProcess } from '../../src/engine/AgentProcess';
import { editFile } from '../../src/tools/editFile';
import { readFile } from '../../src/tools/readFile';
import { NodeWorkspaceFiles } from '../../src/tools/workspaceFiles';
import { eventsOf } from '../support/engineChecks';
import { memoryWorld } from '../support/memoryPorts';
import { ScriptedModel, type ScriptedReply } from '../support/scriptedModel';

const editCase = z.object({
  name: z.string(),
  before: z.string(),
  bom: z.boolean().optional(),
  seen: z.union([z.literal('all'), z.literal('none'), z.tuple([z.int(), z.int()])]).optional(),
  meanwhile: z.string().optional(),
  edits: z.array(z.unknown()),
  expected: z.union([z.object({ after: z.string() }).strict(), z.object({ refused: z.string() }).strict()]),
});

/** See README.md. */
export type EditCase = z.infer<typeof editCase>;

export interface Verdict {
  readonly name: string;
  readonly outcome: 'exact' | 'refused' | 'wrong';
  /** What is not as expected. */
  readonly remark?: string;
}

/** @throws SyntaxError saying where the text is no corpus, with the line */
export function parseCases(json: string): readonly EditCase[] {
  const errors: ParseError[] = [];
  const root = parseTree(json, errors, { disallowComments: true });
  const [broken] = errors;
  if (broken)
    throw new SyntaxError(`Line ${lineOf(json, broken.offset)}: ${printParseErrorCode(broken.error)}.`);
  if (root?.type !== 'array') throw new SyntaxError('Line 1: a corpus is an array of cases.');
  return (root.children ?? []).map((node) => {
    const { data, error } = editCase.safeParse(getNodeValue(node));
    if (data) return data;
    const [issue] = error.issues;
    const path = (issue?.path ?? []).filter((part) => typeof part !== 'symbol');
    const at = findNodeAtLocation(node, path) ?? node;
    throw new SyntaxError(`Line ${lineOf(json, at.offset)}: ${path.join('.')}: ${issue?.message}.`);
  });
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

export async function runCases(cases: readonly EditCase[]): Promise<readonly Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vctx-edits-'));
  try {
    const verdicts: Verdict[] = [];
    for (const [index, one] of cases.entries()) {
      const root = join(folder, String(index));
      mkdirSync(root);
      verdicts.push(judge(one, await run(one, root)));
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Made {
  readonly bytes: Buffer;
  /** What the file held when the edit was asked for. */
  readonly untouched: Buffer;
  readonly isError: boolean;
  readonly text: string;
}

async function run(
  { before, bom = false, seen = 'all', meanwhile, edits }: EditCase,
  root: string,
): Promise<Made> {
  const path = join(root, 'file.txt');
  const bytesOf = (text: string) => Buffer.from(bom ? `\ufeff${text}` : text);
  writeFileSync(path, bytesOf(before));
  const [startLine, endLine] = seen === 'all' || seen === 'none' ? [1, 100_000] : seen;
  const reads =
    seen === 'none' ? [] : [{ name: 'read_file', arguments: { path: 'file.txt', startLine, endLine } }];
  const steps: (() => ScriptedReply)[] = [
    () => ({ calls: [...reads, { name: 'read_file', arguments: { path: 'other' } }] }),
    () => {
      if (meanwhile !== undefined) writeFileSync(path, bytesOf(meanwhile));
      return { calls: [{ name: 'edit_file', arguments: { path: 'file.txt', edits } }] };
    },
  ];
  const world = memoryWorld({ functions: [readFile, editFile] });
  const files = new NodeWorkspaceFiles({ roots: () => [{ name: 'proj', path: root }] });
  const model = new ScriptedModel(() => steps.shift()?.() ?? { text: 'done' }, { windowTokens: 4_000_000 });
  const agent = await AgentProcess.open({ ...world.parts, files }, async () => model);
  await agent.submit('go');
  await agent.dispose();
  const result = eventsOf(world, 'function.result').find(({ name }) => name === 'edit_file');
  if (!result) throw new Error('The edit was not made: the turn ended before it.');
  return {
    bytes: readFileSync(path),
    untouched: bytesOf(meanwhile ?? before),
    isError: result.isError,
    text: await world.blobs.get(result.whole ?? result.result),
  };
}

function judge(
  { name, expected, bom = false }: EditCase,
  { bytes, untouched, isError, text }: Made,
): Verdict {
  if (isError && bytes.equals(untouched)) {
    if ('after' in expected) return { name, outcome: 'refused', remark: `not made: ${text}` };
    const remark = text.includes(expected.refused) ? {} : { remark: `other reason: ${text}` };
    return { name, outcome: 'refused', ...remark };
  }
  const after =
    'after' in expected ? Buffer.from(bom ? `\ufeff${expected.after}` : expected.after) : undefined;
  if (!isError && after?.equals(bytes)) return { name, outcome: 'exact' };
  return { name, outcome: 'wrong', remark: JSON.stringify(bytes.toString()) };
}
