/** What the person does to the plan, as functions from the plan as it is to the plan as they want it. */
import type { PlanItem } from '../protocol';

/** An item as it was shown: the plan may be another when the change is made. */
export interface ShownItem {
  readonly item: PlanItem;
  readonly index: number;
}

type Change = (items: readonly PlanItem[]) => readonly PlanItem[];

/** A done item is open again; the next open one is not begun: that is for whoever works. */
export function ticked(shown: ShownItem): Change {
  return replaced(shown, (item) => [{ ...item, state: item.state === 'done' ? 'open' : 'done' }]);
}

/** @param text nothing of it: the item goes */
export function reworded(shown: ShownItem, text: string): Change {
  const written = text.trim();
  return replaced(shown, (item) => (written === '' ? [] : [{ ...item, text: written }]));
}

export function removed(shown: ShownItem): Change {
  return replaced(shown, () => []);
}

/** @param by places, down; the first and the last item stay where they are */
export function moved(shown: ShownItem, by: 1 | -1): Change {
  return (items) => {
    const from = placeOf(items, shown);
    const to = from + by;
    const item = items[from];
    if (!item || to < 0 || to >= items.length) return items;
    return items.toSpliced(from, 1).toSpliced(to, 0, item);
  };
}

export function added(text: string): Change {
  const written = text.trim();
  return (items) => (written === '' ? items : [...items, { text: written, state: 'open' }]);
}

function replaced(shown: ShownItem, change: (item: PlanItem) => readonly PlanItem[]): Change {
  return (items) => {
    const at = placeOf(items, shown);
    const item = items[at];
    return item ? items.toSpliced(at, 1, ...change(item)) : items;
  };
}

/** @returns where the item is now, -1 when it is gone */
export function placeOf(items: readonly PlanItem[], { item, index }: ShownItem): number {
  return items[index]?.text === item.text ? index : items.findIndex(({ text }) => text === item.text);
}
