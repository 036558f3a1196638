/** Files that are dropped onto the input box or pasted into it. */

const LISTS = ['application/vnd.code.uri-list', 'text/uri-list'];

/** @returns addresses of what is dragged; empty for anything but files */
export function droppedUris(data: DataTransfer): string[] {
  for (const type of LISTS) {
    const uris = data
      .getData(type)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => /^file:/i.test(line));
    if (uris.length > 0) return uris;
  }
  return pastedPaths(data.getData('text/plain'));
}

/** @returns the absolute paths that a text consists of; empty when it is anything else */
export function pastedPaths(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const isPath = (line: string) => /^(?:file:\/\/\/|\/(?=[^/\s]+\/)|[A-Za-z]:[\\/])[^\0]*[^\s]$/.test(line);
  return lines.length <= 50 && lines.every(isPath) ? lines : [];
}
