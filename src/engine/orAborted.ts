/**
 * Waits for what cannot be cancelled, or no longer.
 * @throws the signal's reason, once it is aborted | what `running` throws
 */
export function orAborted<T>(running: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    Promise.resolve(running)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
