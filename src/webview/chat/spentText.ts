/** What a turn or a chat has cost, in few words and in many. */
import { html, type TemplateResult } from 'lit';
import type { SpentView } from '../protocol';
import { compactCount } from './gaugeSegments';

/** @returns `12k in · 812 out · $0.014` */
function spentShort({ promptTokens, outputTokens, cost }: SpentView): string {
  const parts = [`${compactCount(promptTokens)} in`, `${compactCount(outputTokens)} out`];
  return [...parts, ...(cost === undefined ? [] : [money(cost)])].join(' · ');
}

/** @returns names and figures, whole */
export function spentDetails({
  promptTokens,
  cachedTokens,
  outputTokens,
  cost,
}: SpentView): [string, string][] {
  const number = (tokens: number) => tokens.toLocaleString('en-US');
  const cached: [string, string][] =
    cachedTokens === undefined
      ? []
      : [
          ['prompt, not cached', number(promptTokens - cachedTokens)],
          ['prompt, cached', number(cachedTokens)],
        ];
  return [
    ['prompt', number(promptTokens)],
    ...cached,
    ['output', number(outputTokens)],
    ...(cost === undefined ? [] : [['cost', money(cost)] as [string, string]]),
  ];
}

/** The line under a turn; its tooltip says it in full. */
export function spentLine(spent: SpentView): TemplateResult {
  const details = spentDetails(spent).map(([name, value]) => `${name} ${value}`);
  const why = spent.cost === undefined ? ['prices: virtualContext.model.prices'] : [];
  const label = `Tokens of this turn: ${[...details, ...why].join(', ')}`;
  return html`<div class="item spent" title=${label} aria-label=${label} role="note" data-testid="spent">
    ${spentShort(spent)}
  </div>`;
}

/** Small amounts with as many places as they need. */
function money(dollars: number): string {
  const places = dollars === 0 || dollars >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(dollars)));
  return `$${dollars.toFixed(places)}`;
}
