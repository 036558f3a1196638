/** How often the clock is looked at, and by how much it may be late before the machine must have slept, ms. */
const interval = 5000;
const lateness = 10_000;

/**
 * Notices that the machine slept, by the time that passed unseen: watchers see nothing meanwhile. (A process that was stopped
 * for as long looks the same, and has missed as much.)
 * @returns a function that stops watching
 */
export function sleepWatch(onWake: () => void): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > interval + lateness) onWake();
    last = now;
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}
