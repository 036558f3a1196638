// Scores workspace search on questions whose files are known:
//
//   vctx search --queries QUERIES --workspace DIR --limit 100 --json > HITS
//   node test/bench/localisation.mjs QUERIES HITS
//
// QUERIES: one {"id","query","targets":[path]} per line (other lines are passed over); HITS: {"id","hits":[{"path"}]}.
// Prints recall at 5 and 10 files and the mean reciprocal rank among the first 10, each averaged over the queries.
import { readFileSync } from 'node:fs';

const [, , queriesFile, hitsFile] = process.argv;
const read = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));

const hits = new Map(read(hitsFile).map((line) => [line.id, line.hits]));
const queries = read(queriesFile).filter((line) => line.targets);
const sums = { 'R@5': 0, 'R@10': 0, MRR: 0 };
for (const { id, targets } of queries) {
  const files = [...new Set((hits.get(id) ?? []).map((hit) => hit.path))].slice(0, 10);
  const recall = (n) => targets.filter((path) => files.slice(0, n).includes(path)).length / targets.length;
  const first = files.findIndex((path) => targets.includes(path));
  sums['R@5'] += recall(5);
  sums['R@10'] += recall(10);
  sums.MRR += first < 0 ? 0 : 1 / (first + 1);
}
const means = Object.entries(sums).map(([name, sum]) => `${name} ${(sum / queries.length).toFixed(3)}`);
console.log(`${queries.length} queries: ${means.join(', ')}`);
