/** Lines like `@AGENTS.md` by which one rules file takes in another. */
import { posix } from 'node:path';
import { splitLines } from '../engine/filePages';

const INCLUDE = /^\s*@(\S+\.md)\s*$/;

/**
 * @param file where the text is from, `/`-separated
 * @returns the files it takes in, relative to what `file` is relative to; those above it are left out
 */
export function includedFiles(file: string, text: string): string[] {
  return splitLines(text).flatMap((line) => {
    const written = INCLUDE.exec(line)?.[1];
    if (written === undefined || written.startsWith('/') || written.startsWith('~')) return [];
    const path = posix.join(posix.dirname(file), written);
    return path.startsWith('../') ? [] : [path];
  });
}

/** Whether a text says nothing itself: what it takes in is shown by itself. */
export function onlyIncludes(text: string): boolean {
  return splitLines(text).every((line) => line.trim() === '' || INCLUDE.test(line));
}
