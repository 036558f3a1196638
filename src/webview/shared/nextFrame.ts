/** Hidden pages get no frames: go on after this long, ms. */
const HIDDEN_DELAY_MS = 250;

/** Resolves before the next paint. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve());
    setTimeout(resolve, HIDDEN_DELAY_MS);
  });
}
