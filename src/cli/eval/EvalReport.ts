/** Scores of the questions asked, summed up. */
import type { Score } from './EvalTask';

export interface Answered {
  readonly group: string;
  readonly score: Score;
  /** Undefined without a judge, or where its reply held no verdict. */
  readonly judged: boolean | undefined;
  /** The turn ended without an answer. */
  readonly failed: boolean;
  readonly calls: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
}

interface GroupReport {
  readonly questions: number;
  /** 0-1. */
  readonly accuracy: number;
  readonly rougeL: number;
}

export interface EvalReport extends GroupReport {
  /** Share of the judged answers that the judge holds for right; absent when none was judged. */
  readonly judged?: number;
  readonly failed: number;
  /** Function calls a question. */
  readonly calls: number;
  readonly promptTokens: number;
  /** Of the prompt tokens, those the provider served from its prefix cache, as far as it says so. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly groups: Readonly<Record<string, GroupReport>>;
}

export function evalReport(answers: readonly Answered[]): EvalReport {
  const judged = answers.flatMap((answer) => answer.judged ?? []);
  const names = [...new Set(answers.map((answer) => answer.group))].sort();
  const sum = (of: (answer: Answered) => number) => total(answers.map(of));
  return {
    ...groupReport(answers),
    ...(judged.length === 0 ? {} : { judged: judged.filter(Boolean).length / judged.length }),
    failed: answers.filter((answer) => answer.failed).length,
    calls: sum((answer) => answer.calls) / Math.max(1, answers.length),
    promptTokens: sum((answer) => answer.promptTokens),
    cachedTokens: sum((answer) => answer.cachedTokens),
    completionTokens: sum((answer) => answer.completionTokens),
    groups: Object.fromEntries(
      names.map((name) => [name, groupReport(answers.filter((answer) => answer.group === name))]),
    ),
  };
}

/** @returns the report as lines for a person */
export function reportLines(report: EvalReport): readonly string[] {
  const row = (name: string, { questions, accuracy, rougeL }: GroupReport) =>
    `${name.padEnd(16)} ${String(questions).padStart(5)} ${percent(accuracy)} ${percent(rougeL)}`;
  const groups = Object.entries(report.groups);
  return [
    `${''.padEnd(16)} asked  accuracy  ROUGE-L recall`,
    ...(groups.length > 1 ? groups.map(([name, group]) => row(name, group)) : []),
    row('all', report),
    ...(report.judged === undefined ? [] : [`right to the judge: ${percent(report.judged).trim()}`]),
    ...(report.failed === 0 ? [] : [`without an answer: ${report.failed}`]),
    `${report.calls.toFixed(1)} calls a question; ${report.promptTokens} prompt tokens (${report.cachedTokens} cached), ${report.completionTokens} written`,
  ];
}

function groupReport(answers: readonly Answered[]): GroupReport {
  const mean = (of: (score: Score) => number) =>
    total(answers.map((answer) => of(answer.score))) / Math.max(1, answers.length);
  return {
    questions: answers.length,
    accuracy: mean((score) => score.accuracy),
    rougeL: mean((score) => score.rougeL),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`.padStart(9);
}
