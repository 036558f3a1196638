/** A memory report as plain text, for people. Pure. */
import { cutText } from './cutText';
import { WORKING_SET_STEPS } from './evictionPlan';
import type { MemoryReport, ReportedPage } from './memoryReport';
import { billOf } from './modelPrices';
import type { Moment } from './PageTable';

/** Name, value, what it means. */
type Line = readonly [name: string, value: string, meaning: string];

interface Column {
  readonly title: string;
  readonly numeric?: true;
  readonly cell: (page: ReportedPage) => string;
}

const LABEL_CHARS = 60;
const NONE = '-';
const MARKS = ['pinned', 'dirty', 'stale', 'carried'] as const;

/** What is longest comes last, so that the rest stays in view. */
const COLUMNS: readonly Column[] = [
  { title: 'tokens', numeric: true, cell: ({ tokens }) => count(tokens) },
  { title: 'kind', cell: ({ kind }) => kind },
  { title: 'since', numeric: true, cell: ({ since }) => moment(since) },
  { title: 'references', numeric: true, cell: ({ references }) => count(references) },
  { title: 'last', numeric: true, cell: ({ lastReference }) => moment(lastReference) },
  { title: 'marks', cell: marks },
  { title: 'origin', cell: ({ origin }) => origin ?? NONE },
  { title: 'address', cell: ({ address }) => address },
  { title: 'what', cell: ({ label }) => cutText(label, LABEL_CHARS) },
];

/** @returns the report; counters each with a line of explanation, then the page table, most tokens first */
export function memoryReportText(report: MemoryReport): string {
  const { session, now, model, settings, pages } = report;
  const policy = settings ? [`policy ${settings.policy}`, `replacement ${settings.replacement}`] : [];
  const facts = [
    `epoch ${now.epoch}, turn ${now.turn}, step ${now.step}`,
    model || 'no request yet',
    ...policy,
  ];
  return [
    `Memory of chat ${session}`,
    facts.join(' · '),
    '',
    'Window (estimated tokens of the provider)',
    ...aligned(windowLines(report)),
    '',
    "Occupancy (tokens by the extension's own count)",
    ...aligned(occupancyLines(report)),
    '',
    'Counters since the chat began',
    ...aligned(counterLines(report)),
    '',
    ...spentSection(report),
    `Page table: ${count(pages.length)} resident pages, most tokens first; since and last (use) are epoch.turn`,
    ...(pages.length === 0 ? ['  (nothing is resident)'] : table(pages)),
    '',
  ].join('\n');
}

function windowLines({ occupied, settings, figures }: MemoryReport): Line[] {
  const budget = occupied?.budget ?? 0;
  const usable = budget === 0 ? 'the window is not known yet' : `of ${count(budget)} usable`;
  const lines: Line[] = [['resident', occupied ? count(occupied.resident) : NONE, usable]];
  if (settings) {
    const { residentLimit } = settings;
    const kept = budget > 0 && residentLimit >= budget ? 'more than the window holds' : 'kept at most';
    const meaning = figures.thrashing ? 'lifted while pages come back too soon' : kept;
    lines.push(['resident limit', count(residentLimit), `${meaning} (virtualContext.memory.residentLimit)`]);
  }
  return lines;
}

function occupancyLines({ occupancy }: MemoryReport): Line[] {
  return [
    ['system', count(occupancy.system), 'instructions, schemas of the functions, rules'],
    ['notes', count(occupancy.notes), 'pinned notes'],
    ['summary', count(occupancy.summary), 'summary, and addresses of what was evicted'],
    ['pages', count(occupancy.pages), 'pages that stayed when their messages left'],
    ['queue', count(occupancy.queue), 'messages, calls and results, as they came'],
    ['total', count(occupancy.total), ''],
  ];
}

/** Empty while no provider has counted anything. */
function spentSection({ spent, prices = {} }: MemoryReport): string[] {
  if (spent.length === 0) return [];
  const lines = spent.map((one): Line => {
    const { promptTokens, cachedTokens, outputTokens, cost } = billOf([one], prices);
    const cached = cachedTokens === undefined ? '' : ` (${count(cachedTokens)} cached)`;
    const money = cost === undefined ? '' : `, $${cost.toFixed(4)}`;
    return [
      one.model,
      count(promptTokens + outputTokens),
      `${count(promptTokens)} in${cached}, ${count(outputTokens)} out${money}`,
    ];
  });
  return ['Spent (tokens as the providers counted them)', ...aligned(lines), ''];
}

function counterLines({ figures }: MemoryReport): Line[] {
  const { faults, pollution, refaultDistance, cachedShare, prefetched, prefetchHits } = figures;
  const accuracy = prefetched === 0 ? NONE : percent(prefetchHits / prefetched);
  const uses = figures.references + Object.values(faults).reduce((sum, n) => sum + n, 0);
  return [
    ['faults, cold', count(faults.cold), 'major: brought in for the first time'],
    ['faults, capacity', count(faults.capacity), 'major: had been evicted and was wanted again'],
    ['faults, stale', count(faults.stale), 'major: the file had changed since it was shown'],
    ['faults, hint', count(faults.hint), 'major: followed a hint of the engine'],
    ['faults, minor', count(figures.minorFaults), 'asked for and found resident: nothing was copied'],
    [
      'faults, prefetch',
      count(faults.prefetch),
      'minor: found because the engine had brought it ahead of need',
    ],
    ['references', count(figures.references), "uses of resident pages, seen in the model's output"],
    ['hit ratio', uses === 0 ? NONE : percent(figures.hitRatio), 'references / (references + major faults)'],
    ['working set', count(figures.workingSet), `tokens of pages used in the last ${WORKING_SET_STEPS} steps`],
    [
      're-fault distance',
      refaultDistance === undefined ? NONE : count(refaultDistance),
      "steps between a page's eviction and its return, median",
    ],
    [
      'pollution',
      count(pollution.pages),
      `pages that left without ever being used, ${count(pollution.tokens)} tokens`,
    ],
    [
      'prefetch accuracy',
      accuracy,
      `${count(prefetchHits)} of ${count(prefetched)} prefetched pages were used`,
    ],
    [
      'cached prefix',
      cachedShare === undefined ? NONE : percent(cachedShare),
      'share of the prompts that the provider served from its cache',
    ],
    ['tokens per turn', count(figures.tokensPerTurn), 'prompts and answers, as the provider counted them'],
    ['turns', count(figures.turns), ''],
    ['rollovers', count(figures.rollovers), 'times that pages were evicted'],
    [
      'thrashing',
      figures.thrashing ? 'yes' : 'no',
      figures.thrashing
        ? 'pages come back soon after they left: more is kept, results are shorter'
        : 'pages do not come back soon after they left',
    ],
  ];
}

function aligned(lines: readonly Line[]): string[] {
  const names = widest(lines.map(([name]) => name));
  const values = widest(lines.map(([, value]) => value));
  return lines.map(([name, value, meaning]) =>
    `  ${name.padEnd(names)}  ${value.padStart(values)}  ${meaning}`.trimEnd(),
  );
}

function table(pages: readonly ReportedPage[]): string[] {
  const columns = COLUMNS.map(({ title, cell, numeric }) => {
    const cells = [title, ...pages.map((page) => cell(page).replace(/\s+/g, ' '))];
    const width = widest(cells);
    return cells.map((text) => (numeric ? text.padStart(width) : text.padEnd(width)));
  });
  return [undefined, ...pages].map((_, row) =>
    `  ${columns.map((cells) => cells[row]).join('  ')}`.trimEnd(),
  );
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function moment(at: Moment | undefined): string {
  return at ? `${at.epoch}.${at.turn}` : NONE;
}

function marks(page: ReportedPage): string {
  return MARKS.filter((mark) => page[mark]).join(' ') || NONE;
}
