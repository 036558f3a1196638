/** Links to lines of workspace files, as models write them. */
import type { Place } from '../protocol';

/**
 * @param href target of a Markdown link: `src/a.ts#L10-L20`, `src/a.ts:10-20`, `./my%20file.md`, `README.md#usage`
 * @returns the place, or undefined when the target is a web address, an anchor, or outside any folder
 */
export function placeOfHref(href: string): Place | undefined {
  const anchored = /^([^?]+?)(?:#L(\d+)(?:C\d+)?(?:-L?(\d+)(?:C\d+)?)?)?$/.exec(href);
  // A heading of a page is no line; but models leave the `#` of `c#sharp.ts` as it is.
  const written = anchored?.[1]?.replace(/#[^#./]*$/, '');
  if (!anchored || !written) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(written);
  } catch {
    path = written;
  }
  const lined = anchored[2] === undefined ? /^(.*?):(\d+)(?:-(\d+))?$/.exec(path) : null;
  if (lined?.[1]) path = lined[1];
  // A scheme (`https:`, `command:`, `C:`) or a host is no workspace path.
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || /^[/\\]{2}/.test(path)) return undefined;
  return place(path.replace(/^\.\//, ''), lined?.[2] ?? anchored[2], lined?.[3] ?? anchored[3]);
}

/** @returns the place that inline code such as `src/a.ts:10-20` names; only with a line number, to be sure */
export function placeOfCode(code: string): Place | undefined {
  const match = /^((?:[\w@.()[\]-]+\/)*[\w@.()[\]-]*\.\w+):(\d+)(?:-(\d+))?$/.exec(code);
  // `127.0.0.1:8080` is no file.
  if (!match?.[1] || /^[\d.]+$/.test(match[1])) return undefined;
  return place(match[1], match[2], match[3]);
}

function place(path: string, start: string | undefined, end: string | undefined): Place {
  const startLine = Number(start);
  const endLine = Number(end);
  if (!(startLine > 0)) return { path };
  return { path, startLine, ...(endLine >= startLine ? { endLine } : {}) };
}
