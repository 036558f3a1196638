/** Finds the repository's standing rules: what each file holds for, which are in force, what is said twice. */
import { posix } from 'node:path';
import type { FileSnapshot, RulesFile, RulesSource, WorkspaceFiles } from '../engine/ports';
import { includedFiles, onlyIncludes } from './ruleIncludes';
import { type RuleScope, scopeOfFolder, scopeOfGlobs, scopeOfItself } from './ruleScope';
import { addressPath, locate, type WorkspaceRoot } from './workspacePaths';

/** https://agents.md; it may be in any folder. */
const AGENTS = 'AGENTS.md';
/** At the top of a workspace folder, in the order in which they are read. */
const TOP = [AGENTS, 'CLAUDE.md', '.github/copilot-instructions.md'];
/** The person's own: it has the last word. */
const LOCAL = 'AGENTS.local.md';
const RULES_FOLDER = '.virtual-context/rules';
const MAX_RULES = 200;
/** Folders with rules of their own that are looked into, those touched last. */
const MAX_FOLDERS = 300;
/** Code of others, which is not the repository's to make rules with. */
const FOREIGN = /(?:^|\/)(?:\.[^/]+|node_modules|bower_components|vendor|third_party|site-packages)(?:\/|$)/;

/** A rules file with what it says and what it holds for: as long as its text stays, that does. */
interface Found {
  readonly file: FileSnapshot;
  /** Relative to the workspace folder. */
  readonly relative: string;
  /** The rules, without what comes before; empty when it only takes in others. */
  readonly said: string;
  /** Files that it takes in, relative to the workspace folder. */
  readonly includes: readonly string[];
  readonly firstLine?: number;
  readonly scope?: RuleScope;
  readonly description?: string;
  readonly problem?: string;
}

interface SaidRules {
  readonly said: string;
  readonly rules: RulesFile;
}

/**
 * @param files as they are on disk: rules hold once they are saved
 * @param trusted whether the person trusts the workspace; nothing is obeyed otherwise
 */
export function workspaceRules(
  files: WorkspaceFiles,
  roots: () => readonly WorkspaceRoot[],
  trusted: () => boolean,
): RulesSource {
  /** As last read, by path. */
  const read = new Map<string, Found>();
  return {
    async rules(signal, touched) {
      if (!trusted()) return [];
      const rules: SaidRules[] = [];
      const open = roots();
      for (const root of open) {
        const below = touched.flatMap((path) => relativeTo(open, root, path) ?? []);
        const found = await withIncludes(root, await rulesOf(root, below, signal), signal);
        rules.push(...found.map((one) => ({ said: one.said, rules: inForce(one, below) })));
      }
      return distinct(rules);
    },
  };

  async function rulesOf(
    root: WorkspaceRoot,
    touched: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Found[]> {
    const top = TOP.map((relative) => current(root, relative, signal));
    const names = await ruleNames(root, signal);
    const scoped = names.map((name) => current(root, `${RULES_FOLDER}/${name}`, signal));
    const nested = foldersOf(touched).map(async (folder) => {
      const found = await current(root, `${folder}/${AGENTS}`, signal);
      return found && { ...found, scope: scopeOfFolder(folder, posix.dirname(found.file.path)) };
    });
    const all = await Promise.all([...top, ...scoped, ...nested, current(root, LOCAL, signal)]);
    return all.filter((found) => found !== undefined);
  }

  /** Each file is followed by what it takes in, one level deep, unless that is a rules file by itself. */
  async function withIncludes(
    root: WorkspaceRoot,
    found: readonly Found[],
    signal: AbortSignal,
  ): Promise<readonly Found[]> {
    const known = new Set(found.map(({ relative }) => relative));
    const all: Found[] = [];
    for (const one of found) {
      all.push(one);
      for (const relative of one.includes) {
        if (known.has(relative)) continue;
        known.add(relative);
        const included = await current(root, relative, signal);
        if (included) all.push({ ...included, ...(one.scope ? { scope: one.scope } : {}) });
      }
    }
    return all;
  }

  async function ruleNames(root: WorkspaceRoot, signal: AbortSignal): Promise<readonly string[]> {
    try {
      const folder = files.fromAddress(addressPath({ root, relative: RULES_FOLDER }));
      if ((await files.version(folder)) === undefined) return [];
      const entries = await files.list(folder, signal);
      return entries
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.md'))
        .sort()
        .slice(0, MAX_RULES);
    } catch (error) {
      if (signal.aborted) throw error;
      return [];
    }
  }

  async function current(
    root: WorkspaceRoot,
    relative: string,
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    try {
      const path = files.fromAddress(addressPath({ root, relative }));
      const version = await files.version(path);
      if (version === undefined) return undefined;
      const known = read.get(path);
      if (known?.file.version === version) return known;
      // A link may lead to what is not to be sent anywhere.
      if (await files.isSecret(path)) return undefined;
      const found = await understood(await files.read(path, signal), relative);
      read.set(path, found);
      return found;
    } catch (error) {
      if (signal.aborted) throw error;
      // No text, or outside the workspace through a link: what cannot be read cannot be obeyed.
      return undefined;
    }
  }
}

async function understood(file: FileSnapshot, relative: string): Promise<Found> {
  const { text } = file;
  const about = posix.dirname(relative) === RULES_FOLDER ? await frontMatter(file, relative) : {};
  const lines = text.split(/\r?\n/).slice((about.firstLine ?? 1) - 1);
  const said = onlyIncludes(text) ? '' : lines.join('\n').trim();
  return { file, relative, said, includes: includedFiles(relative, text), ...about };
}

async function frontMatter(
  { path, text }: FileSnapshot,
  relative: string,
): Promise<Pick<Found, 'firstLine' | 'scope' | 'description' | 'problem'>> {
  if (!text.startsWith('---')) return {};
  const { readFrontMatter } = await import('./frontMatter');
  const matter = readFrontMatter(text);
  if (!matter) return {};
  const { firstLine, globs, always, description, problem } = matter;
  const scope =
    always === true
      ? undefined
      : (scopeOfGlobs(globs) ??
        (always === false && globs.length === 0 ? scopeOfItself(relative, path) : undefined));
  return {
    firstLine,
    ...(scope ? { scope } : {}),
    ...(description === undefined ? {} : { description }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function inForce(found: Found, touched: readonly string[]): RulesFile {
  const { file, firstLine, scope, description, problem } = found;
  const inactive = problem !== undefined || (scope !== undefined && !touched.some(scope.holds));
  return {
    ...file,
    ...(firstLine === undefined ? {} : { firstLine }),
    ...(scope ? { scope: scope.words } : {}),
    ...(description === undefined ? {} : { description }),
    ...(inactive ? { inactive } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Of texts that are the same the first in force is kept: CLAUDE.md is often a copy of AGENTS.md, or a link to it. */
function distinct(all: readonly SaidRules[]): readonly RulesFile[] {
  const told = new Set<string>();
  return all.flatMap(({ said, rules }) => {
    if (said === '') return [];
    if (rules.inactive) return [rules];
    if (told.has(said)) return [];
    told.add(said);
    return [rules];
  });
}

/** @returns the path relative to the folder; undefined when it is another folder's, or no path at all */
function relativeTo(
  roots: readonly WorkspaceRoot[],
  root: WorkspaceRoot,
  written: string,
): string | undefined {
  try {
    const place = locate(roots, written);
    return place?.root === root && place.relative !== '' ? place.relative : undefined;
  } catch {
    return undefined;
  }
}

/** @returns the folders that the paths are in, outer ones first, then by name */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths.toReversed()) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
      if (folders.size >= MAX_FOLDERS || FOREIGN.test(folder)) break;
      folders.add(folder);
    }
  }
  return [...folders].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

function depth(folder: string): number {
  return folder.split('/').length;
}
