/** Tells the model of problems that its edits have led to, once the language servers have settled. */
import type { EditWatch } from '../engine/editWatch';
import { describeProblem, type Problem } from '../engine/languageFeatures';
import type { OutsideEvent } from '../engine/ports';
import { isSecretPath } from '../engine/secretFiles';
import { newProblems } from './newProblems';

export interface EditProblemsParts {
  /** Errors and warnings reported now, of all files. */
  known(): readonly Problem[];
  /** Problems of a file, which is looked at now. */
  look(absolutePath: string): Promise<readonly Problem[]>;
  /** @returns a function that ends the subscription */
  onChange(listener: () => void): () => void;
  /** @returns undefined outside the workspace */
  workspacePath(absolutePath: string): string | undefined;
  /** @throws OutsideWorkspaceError */
  absolutePath(workspacePath: string): string;
  /** ms after an edit; 0: nothing is told. */
  delay(): number;
}

/** Without a change for so long a language server is done, ms. */
const QUIET_MS = 400;
/** A busy language server is waited for so many times the delay. */
const PATIENCE = 3;
const MAX_LINES = 20;

/** One or more edits in short succession. */
interface Round {
  readonly edited: Set<string>;
  editedAt: number;
  changedAt: number;
  readonly delay: number;
  timer: NodeJS.Timeout | undefined;
  /** Whether there is bad news. */
  readonly done: Promise<boolean>;
  end(hasNews: boolean): void;
}

export class EditProblems implements EditWatch {
  private baseline: readonly Problem[] = [];
  /** What looking at edited files has shown last: no editor may show them. */
  private readonly lookedAt = new Map<string, readonly Problem[]>();
  private round: Round | undefined;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly parts: EditProblemsParts,
    private readonly post: (event: OutsideEvent) => Promise<void>,
  ) {
    this.unsubscribe = parts.onChange(() => {
      if (!this.round) return;
      this.round.changedAt = Date.now();
      this.schedule(this.round);
    });
  }

  before(): void {
    if (!this.round) this.baseline = [...this.parts.known(), ...[...this.lookedAt.values()].flat()];
  }

  edited(path: string): void {
    const delay = this.parts.delay();
    if (delay <= 0 || isSecretPath(path)) return;
    this.round ??= newRound(delay);
    this.round.edited.add(path);
    this.round.editedAt = Date.now();
    this.schedule(this.round);
  }

  async settled(signal: AbortSignal): Promise<boolean> {
    const { round } = this;
    if (!round) return false;
    const stopped = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
      if (signal.aborted) resolve(false);
    });
    return Promise.race([round.done, stopped]);
  }

  dispose(): void {
    this.unsubscribe();
    clearTimeout(this.round?.timer);
    this.round?.end(false);
    this.round = undefined;
  }

  /** Reports after the delay, or a little after the last change, whichever is later. */
  private schedule(round: Round): void {
    clearTimeout(round.timer);
    const due = Math.min(
      Math.max(round.editedAt + round.delay, round.changedAt + QUIET_MS),
      round.editedAt + PATIENCE * round.delay,
    );
    round.timer = setTimeout(() => void this.report(round), Math.max(0, due - Date.now()));
  }

  /** Never throws: what cannot be told now shows when the model asks. */
  private async report(round: Round): Promise<void> {
    let hasNews = false;
    try {
      const looked = await Promise.all([...round.edited].map((path) => this.look(path)));
      const { text, news } = this.news(round, looked.flat());
      if (this.round !== round) return;
      if (text !== '') await this.post({ kind: 'diagnosticsChanged', text });
      hasNews = news && text !== '';
    } catch {
      hasNews = false;
    } finally {
      if (this.round === round) {
        this.round = undefined;
        this.before();
      }
      round.end(hasNews);
    }
  }

  private async look(path: string): Promise<readonly Problem[]> {
    const found = await this.parts.look(this.parts.absolutePath(path)).catch(() => []);
    if (found.length > 0) this.lookedAt.set(path, found);
    else this.lookedAt.delete(path);
    return found;
  }

  private news(round: Round, looked: readonly Problem[]): { readonly text: string; readonly news: boolean } {
    const now = byPath([...this.parts.known(), ...looked], this.parts.workspacePath);
    const before = byPath(this.baseline, this.parts.workspacePath);
    const fresh = [...now].flatMap(([path, problems]) =>
      newProblems(before.get(path) ?? [], problems)
        // What an edit breaks elsewhere are errors; warnings of files that are just being opened are nobody's news.
        .filter(({ severity }) => severity === 'error' || (round.edited.has(path) && severity === 'warning'))
        .map((problem) => describeProblem(path, problem)),
    );
    const mended = [...before.keys()].filter((path) => round.edited.has(path) && !now.has(path));
    const lines = fresh.slice(0, MAX_LINES);
    if (fresh.length > lines.length)
      lines.push(`and ${fresh.length - lines.length} more: diagnostics shows them`);
    if (lines.length > 0) lines.unshift('After your edits the editor shows:');
    lines.push(...mended.map((path) => `${path} has no problems now.`));
    return { text: lines.join('\n'), news: fresh.length > 0 };
  }
}

/** Errors and warnings of files in the workspace that hold no secrets, each once. */
function byPath(
  problems: readonly Problem[],
  workspacePath: (absolute: string) => string | undefined,
): ReadonlyMap<string, readonly Problem[]> {
  const paths = new Map<string, Map<string, Problem>>();
  for (const problem of problems) {
    if (problem.severity !== 'error' && problem.severity !== 'warning') continue;
    const path = workspacePath(problem.path);
    if (path === undefined || isSecretPath(path)) continue;
    const known = paths.get(path) ?? new Map<string, Problem>();
    known.set(`${problem.startLine} ${problem.source} ${problem.message}`, problem);
    paths.set(path, known);
  }
  return new Map([...paths].map(([path, known]) => [path, [...known.values()]]));
}

function newRound(delay: number): Round {
  let end: (hasNews: boolean) => void = () => undefined;
  const done = new Promise<boolean>((resolve) => {
    end = resolve;
  });
  return {
    edited: new Set(),
    editedAt: 0,
    changedAt: 0,
    delay,
    timer: undefined,
    done,
    end,
  };
}
