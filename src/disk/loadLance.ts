import type * as Lance from '@lancedb/lancedb';
import { DiskUnavailableError } from '../engine/errors';

export type LanceModule = typeof Lance;

/**
 * Loads LanceDB's native library.
 * @throws DiskUnavailableError when it is missing, made for another platform, or refused by the system
 */
export async function loadLance(): Promise<LanceModule> {
  try {
    return await import('@lancedb/lancedb');
  } catch (error) {
    const platform = `${process.platform}-${process.arch}`;
    const refusal = refusalOf(error);
    throw new DiskUnavailableError(
      refusal === undefined
        ? `The LanceDB library for this platform (lancedb.${platform}*.node) is missing.`
        : `The LanceDB library for ${platform} could not be loaded (${refusal}).`,
      'Reinstall the extension for this platform; until then the chat works without the workspace index.',
      { cause: error },
    );
  }
}

/** @returns why the system refused the library; undefined when there is none. LanceDB's own message advises on npm. */
function refusalOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== undefined && code !== 'MODULE_NOT_FOUND') return message.split('\n', 1)[0];
  }
  return undefined;
}

/** @returns the innermost cause of a failure, without the places in LanceDB's sources where it passed: `No space left …` */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const cause = message.split(/\s*Caused by:\s*/).at(-1) ?? message;
  return (cause.split('\n', 1)[0] ?? '').replace(/, \/\S+\.rs:\d+:\d+.*$/, '').trim();
}
