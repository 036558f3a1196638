/** The file that a code block is about, as models write it. */

/** A name with an extension, or a path. */
const PATH =
  /^(?:\.\/)?((?:[\w@.()[\]-]+\/)*[\w@()[\].-]*[\w@()[\]-]\.[A-Za-z]\w{0,9}|(?:[\w@.-]+\/)+[\w@.-]+)$/;
const COMMENT = /^\s*(?:\/\/|#|--|;|%|\/\*+|<!--)\s*(?:file(?:name)?:\s*)?(\S+?)\s*(?:\*\/|-->)?\s*$/i;

/**
 * @param info what stands after a fence's opening: `ts src/a.ts`, `ts:src/a.ts`, `ts title="src/a.ts"`, `src/a.ts`
 * @returns the workspace path it names, or else the one that the first line of the code names in a comment
 */
export function fileOfBlock(info: string, code: string): string | undefined {
  return fileOfInfo(info.trim()) ?? pathOf(COMMENT.exec(code.split('\n', 1)[0] ?? '')?.[1] ?? '');
}

function fileOfInfo(info: string): string | undefined {
  const named = /(?:title|file(?:name)?|path)\s*=\s*["']?([^"'\s]+)/i.exec(info)?.[1];
  if (named) return pathOf(named);
  const [first = '', ...rest] = info.split(/\s+/);
  for (const word of [...rest, first.replace(/^[\w+#-]+:(?=.)/, '')]) {
    const path = pathOf(word.replace(/:\d+(?:-\d+)?$/, ''));
    if (path !== undefined) return path;
  }
  return undefined;
}

function pathOf(text: string): string | undefined {
  const path = PATH.exec(text)?.[1];
  return path?.split('/').includes('..') ? undefined : path;
}
