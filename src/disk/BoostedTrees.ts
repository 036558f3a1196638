/** A sum of regression trees that was fitted elsewhere, evaluated so that each feature's part in a score can be named. */

/** Nodes of all trees in preorder, columns of equal length. */
export interface TreeTable {
  /** Names of the features. */
  readonly features: readonly string[];
  /** First node of each tree. */
  readonly roots: readonly number[];
  /** Place of the feature asked about in `features`; -1 in a leaf. */
  readonly feature: readonly number[];
  /** The next node is the one after this where the feature is at most the threshold, else `right`. */
  readonly threshold: readonly number[];
  readonly right: readonly number[];
  /** Value of a leaf; in other nodes the mean of what is below, weighted by the training examples that came by. */
  readonly value: readonly number[];
}

export class BoostedTrees {
  readonly features: readonly string[];
  private readonly table;

  constructor({ features, roots, feature, threshold, right, value }: TreeTable) {
    this.features = features;
    this.table = {
      roots: Int32Array.from(roots),
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      right: Int32Array.from(right),
      value: Float64Array.from(value),
    };
  }

  /** @param values of the features, in the order of `features` */
  score(values: ArrayLike<number>): number {
    let sum = 0;
    for (const root of this.table.roots)
      sum += this.table.value[this.leaf(root, values, undefined)] as number;
    return sum;
  }

  /**
   * What each feature added to a score, by the change of the mean at each question asked about it (Saabas 2014). Together
   * with `base` they are the score.
   */
  contributions(values: ArrayLike<number>): Float64Array {
    const parts = new Float64Array(this.features.length);
    for (const root of this.table.roots) this.leaf(root, values, parts);
    return parts;
  }

  /** The mean score. */
  get base(): number {
    return this.table.roots.reduce((sum, root) => sum + (this.table.value[root] as number), 0);
  }

  private leaf(root: number, values: ArrayLike<number>, parts: Float64Array | undefined): number {
    const { feature, threshold, right, value } = this.table;
    let node = root;
    for (let asked = feature[node] as number; asked >= 0; asked = feature[node] as number) {
      const next =
        (values[asked] as number) <= (threshold[node] as number) ? node + 1 : (right[node] as number);
      if (parts) parts[asked] = (parts[asked] as number) + (value[next] as number) - (value[node] as number);
      node = next;
    }
    return node;
  }
}
