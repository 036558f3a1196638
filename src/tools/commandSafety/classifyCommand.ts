/**
 * How a command line is dealt with: as its worst part. A bundle of its own with tree-sitter's runtime, loaded with the
 * first command.
 */
import { join } from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import type { CommandClassifier, CommandPlace, CommandVerdict } from '../commandClassifier';
import { actsByOption } from './actingOptions';
import { isAllowed, prefixOf } from './allowedPrefixes';
import { bashScript } from './bashScript';
import { CommandPaths } from './commandPaths';
import { dangerOf } from './dangerousCommands';
import { isKnownSafe } from './knownSafeCommands';
import { powershellScript } from './powershellScript';
import { isPosixShell, programName } from './programName';
import type { ScriptPart, ShellScript, SimpleCommand } from './shellScript';
import { type Wrapped, wrappedIn } from './wrappedCommands';
import { unwritablePath } from './writtenPaths';

const RANK = { allowed: 0, knownSafe: 1, ask: 2, danger: 3 } as const;
type Level = keyof typeof RANK;

interface Judgement {
  readonly level: Level;
  readonly reason: string;
  /** Entry of the list that would allow it. */
  readonly grant?: string;
}

/** Scripts in scripts; deeper ones hide something. */
const MAX_DEPTH = 6;
const MAX_CHARS = 20_000;
const UNREAD = 'could not be read completely';
/** Nobody sees them, or what they make of the text around them: marks of direction, spaces of no width and others. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|(?! )\p{Zs}/u;

/** Dangerous wherever it stands in a text that may be run: here-documents, arguments, comments. */
const DANGEROUS_TEXT: readonly RegExp[] = [
  /\brm\s+(\S+\s+)*?-\w*[rRf]/,
  /\brm\s+(\S+\s+)*?--(r|f)/,
  /\b(sudo|doas|pkexec)\s/,
  /\bgit\b.*\bpush\b.*(\s--(force|mirror|delete)|\s-\w*f|\s\+)/,
  /\bgit\b.*\breset\b.*--hard/,
  /\bgit\b.*\bclean\b.*\s-\w*f/,
  /\|&?\s*((env|command|exec|nohup|time|nice|stdbuf|timeout|busybox|toybox)\s+([^\s|]+\s+){0,4}?)?(\S*\/)?(ba|rba|mk|z|da|k|a|fi)?sh\b/,
  /\bmkfs/,
  /\bdd\s.*\bof=\/dev/,
  /\bch(mod|own)\s.*-\w*R/,
  /\bkill\s+-(9|KILL)\s+-1\b/,
  /with administrator privileges/i,
];

export async function openClassifier(grammars: string): Promise<CommandClassifier> {
  await Parser.init({ locateFile: (file: string) => join(grammars, file) });
  const parsers = new Map<string, Parser>();
  const parserOf = async (grammar: string) => {
    const known = parsers.get(grammar);
    if (known) return known;
    const parser = new Parser();
    parser.setLanguage(await Language.load(join(grammars, `tree-sitter-${grammar}.wasm`)));
    parsers.set(grammar, parser);
    return parser;
  };
  const bash = await parserOf('bash');
  return {
    async classify(command, place) {
      const powershell = isPowerShell(place.shell) ? await parserOf('powershell') : undefined;
      const readable = powershell !== undefined || isPosixShell(place.shell);
      const read = (text: string, fed = false) =>
        scriptOf(text, powershell ?? bash, (root) =>
          powershell ? powershellScript(root) : bashScript(root, fed),
        );
      const verdict = new Judge(read, place, readable).verdict(command);
      // Its grammar finds what is dangerous, and is not strict enough to say that anything is not.
      if (powershell === undefined || verdict.level === 'danger') return verdict;
      return { level: 'ask', reason: 'is for PowerShell, where every command asks', prefixes: [] };
    },
  };
}

/** @returns the first of the worst */
function worstOf(parts: readonly Judgement[]): Judgement {
  return parts.reduce((worst, part) => (RANK[part.level] > RANK[worst.level] ? part : worst), {
    level: 'allowed',
    reason: '',
  });
}

function isPowerShell(shell: string): boolean {
  return /^(pwsh|powershell)/.test(programName(shell));
}

function scriptOf(
  text: string,
  parser: Parser,
  read: (root: NonNullable<ReturnType<Parser['parse']>>['rootNode']) => ShellScript,
): ShellScript {
  // Control characters are keys to a terminal; before a return, a backslash means different things to shells.
  if (text.length > MAX_CHARS || /(?![\t\n])\p{Cc}|\\\r/u.test(text.replaceAll(/(?<!\\)\r\n/g, '\n')))
    return { parts: [], broken: true };
  const tree = parser.parse(text);
  if (!tree) return { parts: [], broken: true };
  try {
    const script = read(tree.rootNode);
    // A tab completes what stands before it.
    if (!/[\t\r]/.test(text)) return script;
    return { ...script, parts: [...script.parts, { kind: 'construct', name: 'keys of the terminal' }] };
  } finally {
    tree.delete();
  }
}

class Judge {
  constructor(
    private readonly read: (text: string, fed?: boolean) => ShellScript,
    private readonly place: CommandPlace,
    private readonly readable: boolean,
  ) {}

  verdict(text: string): CommandVerdict {
    if (!this.readable)
      return { level: 'danger', reason: 'is for a shell that is not understood', prefixes: [] };
    const unseen = UNSEEN.exec(text)?.[0].codePointAt(0);
    if (unseen !== undefined) {
      const code = `U+${unseen.toString(16).toUpperCase().padStart(4, '0')}`;
      return { level: 'danger', reason: `holds characters that cannot be seen (${code})`, prefixes: [] };
    }
    const script = this.read(text);
    const parts = this.parts(script, this.place.allowed, 0);
    const { level, reason } = worstOf(parts);
    if (level !== 'ask') return { level, reason, prefixes: [] };
    const grants = parts.filter((part) => part.level === 'ask').map(({ grant }) => grant);
    // Only what makes the difference is offered.
    const enough = grants.every((grant) => grant !== undefined);
    return { level, reason, prefixes: enough ? [...new Set(grants)] : [] };
  }

  private script(script: ShellScript, depth: number): Judgement {
    return worstOf(this.parts(script, [], depth));
  }

  /** @returns what is to be said of each of its parts, or of all of it */
  private parts(script: ShellScript, allowed: readonly string[], depth: number): readonly Judgement[] {
    if (depth > MAX_DEPTH || script.broken || script.parts.length === 0)
      return [{ level: 'danger', reason: UNREAD }];
    const paths = new CommandPaths(this.place.roots, this.place.folder);
    return script.parts.map((part) => this.part(part, allowed, paths, depth));
  }

  private part(part: ScriptPart, allowed: readonly string[], paths: CommandPaths, depth: number): Judgement {
    switch (part.kind) {
      case 'command':
        return this.command(part.command, allowed, paths, depth);
      case 'construct':
        return { level: 'ask', reason: `has ${part.name}` };
      case 'danger':
        return { level: 'danger', reason: part.reason };
      case 'comment':
        if (!/zsh/.test(programName(this.place.shell))) return { level: 'allowed', reason: '' };
        return this.part({ kind: 'text', text: part.text }, allowed, paths, depth);
      case 'text': {
        const reason = this.suspect(part.text, depth);
        return reason === undefined
          ? { level: 'ask', reason: 'has text of its own' }
          : { level: 'danger', reason };
      }
      case 'redirect': {
        const { writes, target } = part.redirect;
        const reason = writes ? unwritablePath([target], paths) : undefined;
        if (reason !== undefined) return { level: 'danger', reason };
        if (target.text !== undefined && paths.kindOf(target.text) === 'stream')
          return { level: 'allowed', reason: '' };
        if (!writes && target.text !== undefined && !target.glob && paths.isReadable(target.text))
          return { level: 'knownSafe', reason: '' };
        return { level: 'ask', reason: writes ? 'writes a file' : 'reads a file' };
      }
    }
  }

  private command(
    command: SimpleCommand,
    allowed: readonly string[],
    paths: CommandPaths,
    depth: number,
  ): Judgement {
    const [name, ...args] = command.words;
    if (name === undefined) return { level: 'ask', reason: 'sets variables' };
    const danger = dangerOf(command, paths) ?? actsByOption(command);
    if (danger !== undefined) return { level: 'danger', reason: danger };
    const wrapped = wrappedIn(command);
    const hidden = wrapped.danger ?? this.hidden(wrapped, command.fed, paths, depth);
    if (hidden !== undefined) return { level: 'danger', reason: hidden };
    if (/^(cd|chdir|pushd|popd|set-location|sl)$/.test(name.text ?? ''))
      return this.enter(command, args, paths);
    if (isAllowed(command, allowed, wrapped.wraps, paths)) return { level: 'allowed', reason: '' };
    if (isKnownSafe(command, paths)) return { level: 'knownSafe', reason: '' };
    const judged = { level: 'ask', reason: 'is not on the list of allowed commands' } as const;
    const grant = depth === 0 ? prefixOf(command, wrapped.wraps) : undefined;
    const enough = grant !== undefined && isAllowed(command, [grant], wrapped.wraps, paths);
    return enough ? { ...judged, grant } : judged;
  }

  private enter(
    { words, assignments }: SimpleCommand,
    args: SimpleCommand['words'],
    paths: CommandPaths,
  ): Judgement {
    const [word] = args;
    // Numbers and dashes are places where the shell has been; variables say where else to look for a name.
    const plain =
      words[0]?.text !== 'popd' &&
      args.length === 1 &&
      !word?.glob &&
      assignments.length === 0 &&
      !/^[-+]/.test(word?.text ?? '');
    const target = plain ? word?.text : undefined;
    const inside = target !== undefined && /^(inside|protected)$/.test(paths.kindOf(target));
    paths.enter(target);
    return inside ? { level: 'allowed', reason: '' } : { level: 'ask', reason: 'leaves the workspace' };
  }

  /** @returns why what is wrapped is dangerous */
  private hidden(
    { commands, scripts, suspects }: Wrapped,
    fed: boolean,
    paths: CommandPaths,
    depth: number,
  ): string | undefined {
    if (depth > MAX_DEPTH) return UNREAD;
    for (const command of commands) {
      const judged = this.command(command, [], paths, depth + 1);
      if (judged.level === 'danger') return judged.reason;
    }
    for (const script of scripts) {
      if (script === undefined) return 'runs what only the shell knows';
      const judged = this.script(this.read(script, fed), depth + 1);
      if (judged.level === 'danger') return judged.reason;
    }
    for (const text of suspects) {
      const reason = this.suspect(text, depth);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** A text that may be a script, or something else altogether: only what is surely dangerous counts. */
  private suspect(text: string, depth: number): string | undefined {
    const plain = text.replace(/\\\r?\n|["'\\]/g, '');
    if (DANGEROUS_TEXT.some((pattern) => pattern.test(plain))) return 'holds a dangerous command';
    if (depth > MAX_DEPTH) return UNREAD;
    const script = this.read(text);
    if (script.broken) return undefined;
    const judged = this.script(script, depth + 1);
    return judged.level === 'danger' &&
      judged.reason !== UNREAD &&
      !/only the shell knows/.test(judged.reason)
      ? judged.reason
      : undefined;
  }
}
