/** Where the paths of a command line lead: inside the workspace or not, to what is protected or secret. */
import { existsSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';
import { isProtectedPath } from '../../engine/protectedFiles';
import { isSecretPath } from '../../engine/secretFiles';
import { relativeInside } from '../workspacePaths';
import { type FolderSecrets, folderSecrets } from './folderSecrets';
import { globMatches } from './globPattern';
import type { Word } from './shellScript';

/** What git obeys, and what shells, editors and programs for the network read when they start, wherever it lies. */
const STARTUP_NAMES =
  /^(\.git|\.(bash|zsh|csh|tcsh|ksh|mksh)rc|\.(bash_profile|bash_login|bash_logout|bash_aliases|profile|zprofile|zshenv|zlogin|zlogout|login|logout|inputrc|xprofile|xinitrc|xsessionrc)|\.git(config|hooks)|\.(vimrc|exrc|nvimrc|gdbinit|curlrc|wgetrc|tmux\.conf)|config\.(fish|nu)|microsoft\.(powershell|vscode)_profile\.ps1|profile\.ps1|copilot-instructions\.md)$/i;
/** Open to every command. */
const STREAMS = /^\/dev\/(null|stdout|stderr|tty|fd\/\d+)$/;

/** Links in a row that are followed; more are a circle. */
const MAX_LINKS = 40;

export type PathKind = 'stream' | 'inside' | 'protected' | 'outside';

/** @property real symbolic links resolved */
interface Place {
  readonly absolute: string;
  readonly real: string;
}

export class CommandPaths {
  /** Every folder that a command may run in: more than one after a `cd` that may fail. */
  private folders: readonly string[];

  /**
   * @param roots absolute paths of the workspace folders
   * @param folder absolute path of the folder the command runs in
   */
  constructor(
    private readonly roots: readonly string[],
    folder: string,
  ) {
    this.folders = [folder];
  }

  /** @returns where a path leads, symbolic links resolved; outside when it may be there */
  kindOf(path: string): PathKind {
    if (STREAMS.test(path) || (process.platform === 'win32' && /^(\$null|nul)$/i.test(path))) return 'stream';
    const kinds = this.placesOf(path)?.map((place) => this.kindOfPlace(place)) ?? ['outside'];
    if (kinds.includes('outside')) return 'outside';
    return kinds.includes('protected') ? 'protected' : 'inside';
  }

  /** Whether reading it is free: inside, and not a file with secrets. */
  isReadable(path: string): boolean {
    if (path === '-' || STREAMS.test(path)) return true;
    return (
      this.placesOf(path)?.every(
        ({ absolute, real }) =>
          this.inside(real) !== undefined && !isSecretPath(absolute) && !isSecretPath(real),
      ) ?? false
    );
  }

  /** Whether it is a workspace folder itself. */
  isRoot(path: string): boolean {
    return this.placesOf(path)?.some(({ real }) => this.inside(real) === '') ?? false;
  }

  /** @returns what a word may name: itself, or what its pattern may match; undefined when only the shell knows */
  namedBy({ text, glob }: Word): readonly string[] | undefined {
    if (text === undefined || !glob) return text === undefined ? undefined : [text];
    const named = this.folders.map((folder) => globMatches(text, (path) => physical(folder, path)));
    return this.folders.length === 0 || named.includes(undefined)
      ? undefined
      : [...new Set(named.flatMap((each) => each ?? []))];
  }

  /** @returns what looks secret in each folder that a path may name; undefined when that cannot be told */
  secretsIn(path: string): readonly FolderSecrets[] | undefined {
    const places = this.placesOf(path);
    if (!places?.every(({ real }) => this.inside(real) !== undefined)) return undefined;
    const found = places
      .filter(({ real }) => statSync(real, { throwIfNoEntry: false })?.isDirectory())
      .map(({ real }) => folderSecrets(real));
    return found.includes(undefined) ? undefined : found.flatMap((each) => each ?? []);
  }

  /**
   * Whether git may find a repository that is a plain folder of the workspace, with settings that run programs: git's own
   * folder is guarded, and such a one is not.
   */
  inPlainRepository(): boolean {
    return this.folders.some((folder) => {
      for (let place = realPath(folder); this.inside(place) !== undefined; place = dirname(place)) {
        if (existsSync(join(place, 'HEAD')) && existsSync(join(place, 'objects'))) return true;
        if (existsSync(join(place, '.git')) || dirname(place) === place) break;
      }
      return false;
    });
  }

  /** What follows runs in that folder, or where it was before. @param path undefined: only the shell knows */
  enter(path: string | undefined): void {
    if (path === undefined || this.kindOf(path) === 'outside') this.folders = [];
    else
      this.folders = [
        ...new Set(this.folders.flatMap((folder) => [folder, resolve(folder, path), physical(folder, path)])),
      ];
  }

  /** As it is written (shells go back up the way they came), and as the kernel goes through links and `..`. */
  private placesOf(path: string): readonly Place[] | undefined {
    if (path.startsWith('~') || this.folders.length === 0) return undefined;
    return this.folders.flatMap((folder) => {
      const absolute = resolve(folder, path);
      const real = realPath(absolute);
      const gone = path.includes('..') ? physical(folder, path) : real;
      return gone === real
        ? [{ absolute, real }]
        : [
            { absolute, real },
            { absolute: gone, real: gone },
          ];
    });
  }

  private kindOfPlace({ absolute, real }: Place): PathKind {
    const inner = this.inside(real);
    if (inner === undefined) return 'outside';
    // Neither by its own name nor by that of a link to it.
    const names = [inner, basename(absolute)];
    return names.some((name) => isProtectedPath(name) || holdsObeyed(name)) ? 'protected' : 'inside';
  }

  private inside(real: string): string | undefined {
    for (const root of this.roots) {
      const inner = relativeInside(realPath(root), real);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
}

/** Whether shells and git read it, or a folder is there for what assistants read. */
function holdsObeyed(path: string): boolean {
  const parts = path.split('/');
  return parts.some((part) => STARTUP_NAMES.test(part)) || parts.at(-1)?.toLowerCase() === '.github';
}

/** @returns the path with each link resolved before the `..` behind it is followed */
function physical(folder: string, path: string): string {
  let place = isAbsolute(path) ? parse(path).root : realPath(folder);
  for (const part of path.slice(isAbsolute(path) ? place.length : 0).split(sep === '\\' ? /[\\/]/ : '/')) {
    if (part === '..') place = dirname(place);
    else if (part !== '' && part !== '.') place = realPath(join(place, part));
  }
  return place;
}

/** @returns the path with symbolic links resolved, also those that lead to what is not there yet */
function realPath(absolute: string, links = 0): string {
  try {
    return realpathSync.native(absolute);
  } catch {
    const target = linkTarget(absolute);
    const parent = dirname(absolute);
    if (target !== undefined && links < MAX_LINKS)
      return realPath(resolve(realPath(parent), target), links + 1);
    return parent === absolute ? absolute : join(realPath(parent, links), basename(absolute));
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
