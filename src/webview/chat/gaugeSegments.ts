/** The token gauge's arithmetic and words. */
import type { Gauge } from '../protocol';

export interface Segment {
  readonly name: 'system' | 'notes' | 'summary' | 'pages' | 'queue';
  readonly tokens: number;
  /** Shares of the bar, 0 to 1. */
  readonly start: number;
  readonly width: number;
}

const NAMES = ['system', 'notes', 'summary', 'pages', 'queue'] as const;

/** @returns the parts of the bar, left to right, never past its end even when estimates overshoot the budget */
export function gaugeSegments(gauge: Gauge): Segment[] {
  const whole = Math.max(gauge.budget, usedTokens(gauge), 1);
  let start = 0;
  return NAMES.map((name) => {
    const width = gauge[name] / whole;
    const segment = { name, tokens: gauge[name], start, width };
    start += width;
    return segment;
  });
}

/** @returns tokens of everything but the free part */
export function usedTokens(gauge: Gauge): number {
  return NAMES.reduce((sum, name) => sum + gauge[name], 0);
}

/** In words, why the gauge shows a warning. */
export const THRASHING =
  'Thrashing: pages come back soon after they were evicted, so more is kept for a while';

/** @returns one text for the tooltip and for screen readers */
export function gaugeLabel(gauge: Gauge): string {
  const number = (tokens: number) => tokens.toLocaleString('en-US');
  const parts = [...NAMES, 'free' as const].map((name) => `${name} ${number(gauge[name])}`).join(', ');
  const window = `Context window: ${number(usedTokens(gauge))} of ${number(gauge.budget)} usable tokens (${parts}; whole window ${number(gauge.window)}${gauge.assumed ? ', assumed' : ''})`;
  const hits = gauge.hitRatio === undefined ? [] : [`Hit ratio ${Math.round(gauge.hitRatio * 100)} %`];
  const limit = gauge.limit < gauge.budget ? [`At most ${number(gauge.limit)} tokens are kept`] : [];
  return [window, ...limit, ...hits, ...(gauge.thrashing ? [THRASHING] : [])].join('. ');
}

/** @returns `812`, `3.2k`, `128k` */
export function compactCount(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  const thousands = tokens / 1000;
  return `${thousands < 9.95 ? thousands.toFixed(1) : Math.round(thousands)}k`;
}
