/** Where paths of the workspace lead, symbolic links followed; and what was meant by those that lead nowhere. */
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { OutsideWorkspaceError, UnreadableFileError } from '../engine/errors';
import { similarNames } from './similarNames';
import { codeOf, unreadable } from './unreadable';
import {
  canonicalPath,
  locate,
  outside,
  relativeInside,
  type WorkspacePlace,
  type WorkspaceRoot,
} from './workspacePaths';

interface ResolvedPlace {
  readonly place: WorkspacePlace;
  /** Absolute, links resolved. */
  readonly real: string;
  /** The same relative to the workspace folder that it is in. */
  readonly inside: string;
}

export class ResolvedPlaces {
  /** @param roots the folders now open; asked each time */
  constructor(private readonly roots: () => readonly WorkspaceRoot[]) {}

  /** @throws UnreadableFileError that says what was probably meant, when nothing is there; as `follow` */
  async resolve(path: string): Promise<ResolvedPlace> {
    const place = this.placeOf(path);
    const found = await this.follow(place);
    if (found) return found;
    throw await this.notFound(place);
  }

  /** @throws UnreadableFileError for the top of a workspace with several folders; as `locate` */
  placeOf(path: string): WorkspacePlace {
    const place = locate(this.roots(), path);
    if (place) return place;
    throw new UnreadableFileError(
      'The workspace has several folders.',
      'Name one; list_directory shows them.',
    );
  }

  /**
   * Follows symbolic links and makes sure that the end of the way is inside a workspace folder.
   * @returns undefined when nothing is there
   * @throws OutsideWorkspaceError | UnreadableFileError
   */
  async follow(place: WorkspacePlace): Promise<ResolvedPlace | undefined> {
    const roots = this.roots();
    let real: string;
    try {
      real = await realpath(join(place.root.path, place.relative));
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw unreadable(canonicalPath(roots, place), error);
    }
    for (const root of roots) {
      const folder = await realpath(root.path).catch(() => root.path);
      const inside = relativeInside(folder, real);
      if (inside !== undefined) return { place, real, inside };
    }
    throw outside(canonicalPath(roots, place));
  }

  /**
   * @returns where in a workspace folder a file would come to be that does not exist yet, links resolved
   * @throws OutsideWorkspaceError when it would be in none
   */
  async placeOfNew(place: WorkspacePlace): Promise<string> {
    const parts = place.relative.split('/');
    for (let depth = parts.length; depth >= 0; depth--) {
      const path = join(place.root.path, ...parts.slice(0, depth));
      // A link that leads nowhere has no real path either, and writing would follow it.
      if ((await lstat(path).catch(() => undefined)) === undefined) continue;
      const parent = { root: place.root, relative: parts.slice(0, depth).join('/') };
      const { inside } = await this.resolve(canonicalPath(this.roots(), parent));
      return [inside, ...parts.slice(depth)].join('/');
    }
    return place.relative;
  }

  /** Says from where on the path does not exist and what was probably meant. */
  private async notFound(place: WorkspacePlace): Promise<UnreadableFileError | OutsideWorkspaceError> {
    const roots = this.roots();
    const parts = place.relative.split('/');
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const parent = { root: place.root, relative: parts.slice(0, depth).join('/') };
      const parentPath = canonicalPath(roots, parent);
      let names: string[];
      try {
        // Resolving first: suggestions must not name what a link outside the workspace leads to.
        names =
          depth === 0 ? await readdir(place.root.path) : await readdir((await this.resolve(parentPath)).real);
      } catch (error) {
        if (error instanceof OutsideWorkspaceError) return error;
        continue;
      }
      const missing = parts[depth] ?? '';
      const similar = similarNames(missing, names).map((name) =>
        canonicalPath(roots, { root: place.root, relative: [...parts.slice(0, depth), name].join('/') }),
      );
      const where = depth < parts.length - 1 ? ` (there is no ${missing} in ${parentPath})` : '';
      return new UnreadableFileError(
        `${canonicalPath(roots, place)} does not exist${where}.`,
        similar.length > 0
          ? `Similar: ${similar.join(', ')}.`
          : `See what is there with list_directory "${parentPath}".`,
      );
    }
    return new UnreadableFileError(
      `The folder ${place.root.name} does not exist any more.`,
      'Ask the person to open it again.',
    );
  }
}
