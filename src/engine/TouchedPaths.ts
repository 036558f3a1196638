/** Paths that the work has come across: rules that hold for some files only are in force from then on. */
import type { SessionEvent } from './events';
import { pathsIn } from './pathMentions';

/** Arguments of functions that name a file; as models write them, with their folder. */
const PATH_ARGUMENTS = ['path', 'from', 'to'];

export class TouchedPaths {
  private readonly paths = new Set<string>();

  /** In the order of their coming, as they were written. */
  all(): readonly string[] {
    return [...this.paths];
  }

  /** Files that were read, edited, attached, selected, or named by the person; not what only a search or a hint came upon. */
  apply(event: SessionEvent): void {
    if (event.type === 'message.user') for (const { path } of pathsIn(event.text)) this.paths.add(path);
    else if (event.type === 'message.assistant')
      for (const call of event.calls) for (const path of pathsOf(call.arguments)) this.paths.add(path);
    else if (event.type === 'function.result') for (const { path } of event.pages) this.paths.add(path);
    else if (event.type === 'interrupt' && (event.origin === 'user' || event.source === 'selection'))
      for (const { path } of event.pages ?? []) this.paths.add(path);
  }
}

function pathsOf(json: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return [];
    return PATH_ARGUMENTS.flatMap((name) => {
      const path = (value as Record<string, unknown>)[name];
      return typeof path === 'string' && path !== '' ? [path] : [];
    });
  } catch {
    return [];
  }
}
