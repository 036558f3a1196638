/**
 * Logarithm and power of two by table: both are wanted dozens of times for every resident page at every eviction, and
 * three digits are enough there.
 */

const MANTISSAS = 2048;
const LOGARITHMS = Float64Array.from({ length: MANTISSAS }, (_, i) => Math.log2(1 + (i + 0.5) / MANTISSAS));
const FRACTIONS = 512;
const POWERS = Float64Array.from({ length: FRACTIONS }, (_, i) => 2 ** -(i / FRACTIONS));
/** Half-lives after which nothing is left. */
const GONE = 64;
const HALVED = Float64Array.from({ length: GONE }, (_, i) => 2 ** -i);

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** @param x above 0, and what a 32-bit float can hold */
export function log2(x: number): number {
  float[0] = x;
  const word = bits[0] ?? 0;
  return (word >>> 23) - 127 + (LOGARITHMS[(word >>> 12) & (MANTISSAS - 1)] ?? 0);
}

/** What is left of 1 after so many half-lives. */
export function halved(halfLives: number): number {
  if (halfLives >= GONE) return 0;
  const whole = Math.trunc(halfLives);
  return (HALVED[whole] ?? 0) * (POWERS[Math.trunc((halfLives - whole) * FRACTIONS)] ?? 0);
}
