/**
 * Runs `act` on all items, `limit` at a time: sessions spend most of their time waiting for the disk and the network.
 * @returns the results in the order of the items
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  act: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await act(items[i] as Item, i);
  });
  await Promise.all(workers);
  return results;
}
