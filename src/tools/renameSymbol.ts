import * as z from 'zod';
import type { EngineFunction, FunctionContext, FunctionOutcome } from '../engine/EngineFunction';
import { describeError } from '../engine/errors';
import { splitLines } from '../engine/filePages';
import type { FileChanges, TextChange } from '../engine/languageFeatures';
import { aimedSymbol, type LanguageDependencies, symbolArguments } from './aimedSymbol';
import { CodePlaces } from './codePlaces';
import { defineFunction } from './defineFunction';
import { nothingKnown } from './goToDefinition';
import { counted } from './resultPages';
import { lastName } from './symbolOnLine';

/** Files that the result names. */
const MAX_NAMED = 30;

/** A file as the rename leaves it. */
interface Renamed {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly places: number;
}

export function createRenameSymbol(dependencies: LanguageDependencies): EngineFunction {
  return defineFunction({
    name: 'rename_symbol',
    description: 'Rename the symbol on this line wherever it is used.',
    readOnly: false,
    effect: 'edit',
    arguments: z.object({ ...symbolArguments, new_name: z.string().trim().min(1) }),
    async run({ new_name, ...args }, context) {
      const aimed = await aimedSymbol(args, dependencies, context);
      if ('refusal' in aimed) return aimed.refusal;
      const { path, absolute, at } = aimed;
      const changes = await dependencies.language.rename(absolute, at, new_name, context.signal);
      if (changes.length === 0) return { text: nothingKnown(args.symbol, path), isError: true };
      const name = lastName(args.symbol)?.[0] ?? args.symbol;
      const planned: Renamed[] = [];
      for (const file of changes) {
        const renamed = await plan(file, name, context);
        if ('refusal' in renamed) return renamed.refusal;
        planned.push(renamed);
      }
      return apply(planned, `Renamed ${name} to ${new_name}`, context);
    },
  });
}

/** Nothing is changed before it is known that all of it can be. */
async function plan(
  { path: absolute, changes }: FileChanges,
  name: string,
  context: FunctionContext,
): Promise<Renamed | { readonly refusal: FunctionOutcome }> {
  const path = new CodePlaces(context).pathOf(absolute);
  if (path === undefined)
    return refusal(`It is also used in ${absolute}, outside the workspace, which is not changed.`);
  if (await context.files.isSecret(path)) {
    return refusal(`It is also used in ${path}, which looks like it holds secrets and is not changed.`);
  }
  const { text: before } = await context.files.read(path, context.signal);
  const after = renamedText(before, changes, name);
  if (after === undefined) {
    return refusal(`${path} is no longer what the language server has looked at. Try again in a moment.`);
  }
  return { path, before, after, places: changes.length };
}

/** @returns undefined when the places do not all hold the name: the text is another */
function renamedText(text: string, changes: readonly TextChange[], name: string): string | undefined {
  // An editor does not show the mark.
  const mark = text.startsWith('\ufeff') ? 1 : 0;
  const starts = [mark];
  for (const line of splitLines(text.slice(mark))) starts.push((starts.at(-1) ?? 0) + line.length);
  let result = '';
  let done = 0;
  for (const { start, end, text: put } of changes) {
    const [from, to] = [start, end].map(({ line, column }) => (starts[line - 1] ?? Number.NaN) + column);
    if (from === undefined || to === undefined || !(from >= done && to >= from)) return undefined;
    if (!text.slice(from, to).includes(name)) return undefined;
    result += text.slice(done, from) + put;
    done = to;
  }
  return result + text.slice(done);
}

async function apply(
  planned: readonly Renamed[],
  headline: string,
  { rewriteFile }: FunctionContext,
): Promise<FunctionOutcome> {
  const done: string[] = [];
  const unsaved: string[] = [];
  for (const { path, before, after, places } of planned) {
    try {
      if ((await rewriteFile(path, before, after)) === 'unsaved') unsaved.push(path);
    } catch (error) {
      const left = planned.slice(done.length).map((file) => file.path);
      const sofar = done.length === 0 ? 'Nothing was changed.' : `Changed so far: ${done.join(', ')}.`;
      return { text: `${describeError(error)} ${sofar} Not changed: ${left.join(', ')}.`, isError: true };
    }
    done.push(`${path} (${places})`);
  }
  const named = done.slice(0, MAX_NAMED).join(', ');
  const more = done.length > MAX_NAMED ? ` and ${done.length - MAX_NAMED} more` : '';
  const held = unsaved.length > 0 ? ` Not saved, for they had unsaved changes: ${unsaved.join(', ')}.` : '';
  return { text: `${headline} in ${counted(done.length, 'file')}: ${named}${more}.${held}` };
}

function refusal(why: string): { readonly refusal: FunctionOutcome } {
  return { refusal: { text: `Nothing was renamed. ${why}`, isError: true } };
}
