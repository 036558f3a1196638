import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { decodeText } from '../engine/decodeText';
import { UnreadableFileError } from '../engine/errors';

/** A source file is never this long; a model could not read it, and holding it in memory several times would hurt. */
const MAX_BYTES = 20_000_000;

export interface TextFile {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly version: string;
}

/**
 * @param path as the person knows it, for messages @param real the same, links resolved
 * @returns text and version of one and the same state of the file, also while it is being written
 * @throws UnreadableFileError when it is no text or too long; what the system throws otherwise
 */
export async function readTextFile(path: string, real: string, signal: AbortSignal): Promise<TextFile> {
  // Links are resolved already: a link put in place meanwhile is not followed, and a pipe does not block.
  const handle = await open(
    real,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  );
  try {
    for (let attempt = 1; ; attempt++) {
      const before = await handle.stat({ bigint: true });
      if (before.isDirectory())
        throw new UnreadableFileError(`${path} is a folder.`, 'List it with list_directory.');
      if (!before.isFile())
        throw new UnreadableFileError(`${path} is not a regular file.`, 'Read another file.');
      if (before.size > MAX_BYTES) {
        throw new UnreadableFileError(
          `${path} is too large to read (${(Number(before.size) / 1e6).toFixed(0)} MB, the limit is ${MAX_BYTES / 1e6} MB).`,
          'Find the lines in it with grep.',
        );
      }
      const buffer = Buffer.alloc(Number(before.size));
      let length = 0;
      while (length < buffer.length) {
        signal.throwIfAborted();
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      const version = versionOf(before);
      // A log file may never hold still; what was read is then as good as anything later.
      if (version !== versionOf(await handle.stat({ bigint: true })) && attempt < 3) continue;
      const bytes = buffer.subarray(0, length);
      const text = decodeText(bytes);
      if (text === undefined) {
        throw new UnreadableFileError(
          `${path} is a binary file.`,
          'Only text can be shown; read another file.',
        );
      }
      return { text, bytes, version };
    }
  } finally {
    await handle.close();
  }
}

/** Changes whenever the content may have changed. */
export function versionOf(stats: { readonly mtimeNs: bigint; readonly size: bigint }): string {
  return `${stats.mtimeNs}-${stats.size}`;
}
