/** Shows places that a language server names: as the model knows paths, with the text of their lines. */
import type { FunctionContext } from '../engine/EngineFunction';
import { OutsideWorkspaceError } from '../engine/errors';
import { splitLines } from '../engine/filePages';
import type { CodePlace } from '../engine/languageFeatures';

const MAX_LINE_CHARS = 160;

/** Files of a result, as they are now; each is read once. */
export class CodePlaces {
  private readonly files = new Map<string, Promise<readonly string[]>>();

  constructor(private readonly context: Pick<FunctionContext, 'files' | 'isRangeResident' | 'signal'>) {}

  /** @returns the workspace path of an absolute one; undefined when it is outside */
  pathOf(absolute: string): string | undefined {
    try {
      return this.context.files.canonical(absolute);
    } catch (error) {
      if (error instanceof OutsideWorkspaceError) return undefined;
      throw error;
    }
  }

  /**
   * @param about goes before the line's text
   * @returns `src/a.ts:10-20: text of line 10 [resident]`; undefined for what is in a secret file
   */
  async line(place: CodePlace, about = ''): Promise<string | undefined> {
    const path = this.pathOf(place.path);
    const lines = place.endLine > place.startLine ? `${place.startLine}-${place.endLine}` : place.startLine;
    if (path === undefined)
      return `${place.path}:${lines}${about} (outside the workspace: it cannot be read)`;
    if (await this.context.files.isSecret(path)) return undefined;
    const text = (await this.linesOf(path))[place.startLine - 1]?.trim().slice(0, MAX_LINE_CHARS);
    const resident = this.context.isRangeResident(path, place.startLine, place.endLine) ? ' [resident]' : '';
    return `${path}:${lines}${about}${text ? `: ${text}` : ''}${resident}`;
  }

  /** What cannot be read (a binary file, one that is gone, a link out of the workspace) has no lines. */
  linesOf(path: string): Promise<readonly string[]> {
    const lines =
      this.files.get(path) ??
      this.context.files.read(path, this.context.signal).then(
        ({ text }) => splitLines(text).map((line) => line.replace(/\r?\n$/, '')),
        () => [],
      );
    this.files.set(path, lines);
    return lines;
  }
}

/** In the order of files and lines, each once. */
export function sorted<Place extends CodePlace>(places: readonly Place[]): readonly Place[] {
  const byPlace = new Map(
    places.map((place) => [`${place.path}:${place.startLine}-${place.endLine}`, place]),
  );
  return [...byPlace.values()].sort(
    (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) || a.startLine - b.startLine,
  );
}
