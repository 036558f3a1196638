/** Orders what a workspace search has found: every file is judged by its features, its pages follow by their own scores. */
import type { ScorePart } from '../engine/ports';
import { BoostedTrees } from './BoostedTrees';
import { keyOf } from './Catalog';
import { type CandidateFile, featuresOf } from './fileFeatures';
import { literalPages } from './literalPages';
import { type CandidatePage, evidenceOf, type PageEvidence, type Weighing } from './pageEvidence';
import rankingModel from './rankingModel.json';
import { type VectorPart, vectorParts } from './vectorParts';

/** What each further page of the same file costs, so that one file does not fill the first screen. */
const furtherPage = 0.4;

const model = new BoostedTrees(rankingModel);

export interface RankedPage {
  readonly page: CandidatePage;
  readonly score: number;
  /** What the model was told of the page's file, in the order of its features; empty when it was not asked. */
  readonly values: Float64Array;
  /** What vectors added, where there are any. */
  readonly vectors: VectorPart | undefined;
  /** Of a page that has rare identifiers of the question: their share of it, and what that added. */
  readonly literal?: { readonly share: number; readonly contribution: number } | undefined;
}

/** What is known of a file beyond its candidate pages. */
export type FileFacts = (page: CandidatePage) => Pick<CandidateFile, 'pages' | 'past'>;

/** @returns the pages, best page of the best file first */
export function rankPages(
  pages: readonly CandidatePage[],
  weighing: Weighing,
  facts: FileFacts,
): RankedPage[] {
  const files = groupByFile(pages, weighing, facts);
  // Where no page has any of the terms, the trees have nothing to go by: what vectors have found is ordered by them alone.
  const blind = pages.every(({ score }) => score === 0);
  const values = featuresOf(files, weighing, blind ? [] : model.features);
  const judged = values.map((own) => (blind ? 0 : model.score(own)));
  const parts = vectorParts(
    files.map(({ evidence }) => evidence.map(({ page }) => page)),
    judged,
  );
  const literals = literalPages(
    files.flatMap(({ evidence }) => evidence),
    weighing,
  );
  const ranked = files.flatMap(({ evidence }, i) => {
    const own = values[i] as Float64Array;
    const vectors = parts?.[i];
    const score = (judged[i] as number) + (vectors?.contribution ?? 0);
    return [...evidence]
      .sort((a, b) => b.page.score - a.page.score || nearness(b.page) - nearness(a.page))
      .map((one, place) => ({
        one,
        page: one.page,
        score: score - furtherPage * place,
        values: own,
        vectors,
      }));
  });
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { score } of ranked) [least, most] = [Math.min(least, score), Math.max(most, score)];
  // Above all others, in the order they had among themselves.
  const contribution = most - least + 1;
  return ranked
    .map(({ one, ...page }): RankedPage => {
      const share = literals.get(one);
      if (share === undefined) return page;
      return { ...page, score: page.score + contribution, literal: { share, contribution } };
    })
    .sort((a, b) => b.score - a.score || (a.page.id < b.page.id ? -1 : 1));
}

function nearness({ similarity }: CandidatePage): number {
  return similarity ?? -1;
}

/** @returns every feature that moved a file's score, greatest part first */
export function explain({
  values,
  vectors,
  literal,
}: Pick<RankedPage, 'values' | 'vectors' | 'literal'>): ScorePart[] {
  const byVectors = vectors
    ? [{ feature: 'vectors', value: vectors.similarity, contribution: vectors.contribution }]
    : [];
  if (values.length === 0) return byVectors;
  const parts = model.contributions(values);
  const byLiteral = literal
    ? [{ feature: 'literal', value: literal.share, contribution: literal.contribution }]
    : [];
  return model.features
    .map((feature, i) => ({ feature, value: values[i] as number, contribution: parts[i] as number }))
    .concat(byVectors, byLiteral)
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

function groupByFile(pages: readonly CandidatePage[], weighing: Weighing, facts: FileFacts): CandidateFile[] {
  const files = new Map<string, CandidateFile & { readonly evidence: PageEvidence[] }>();
  for (const page of pages) {
    const key = keyOf(page);
    const known = files.get(key);
    if (known) known.evidence.push(evidenceOf(page, weighing));
    else files.set(key, { rel: page.rel, ...facts(page), evidence: [evidenceOf(page, weighing)] });
  }
  return [...files.values()];
}
