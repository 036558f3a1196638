/** Keeps a growing list at its end, but only while the person is there. */

import { nextFrame } from '../shared/nextFrame';

/** Closer to the end than this counts as the end, px. */
const SLACK = 24;
const ATTEMPTS = 3;

/** An item at the top edge, and how far it is scrolled past it (px). */
export interface ScrollAnchor {
  readonly item: string;
  readonly offset: number;
}

export class StickyScroll {
  /** Whether the list follows its end. */
  sticking = true;
  /** Whether it is a list that is read from its end; a page is read from its top. */
  grows = true;
  private readonly sizes = new ResizeObserver(() => this.follow());

  /**
   * @param scroller the element that scrolls; its items carry `data-anchor`
   * @param content the element that grows
   * @param onScroll called after `sticking` is up to date
   */
  constructor(
    private readonly scroller: HTMLElement,
    private readonly content: HTMLElement,
    onScroll: () => void,
  ) {
    scroller.addEventListener(
      'scroll',
      () => {
        this.sticking = this.distanceToEnd() < SLACK;
        onScroll();
      },
      { passive: true },
    );
    this.sizes.observe(content);
    this.sizes.observe(scroller);
  }

  follow(): void {
    if (this.sticking && this.grows) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  toEnd(): void {
    this.sticking = true;
    this.follow();
  }

  /** Something is about to open under the pointer: it must not be scrolled away. */
  hold(): void {
    this.sticking = false;
  }

  /** @returns where the person is; undefined at the end */
  anchor(): ScrollAnchor | undefined {
    if (this.sticking) return undefined;
    const { top } = this.scroller.getBoundingClientRect();
    for (const element of this.items()) {
      const box = element.getBoundingClientRect();
      if (box.bottom > top) return { item: element.dataset.anchor ?? '', offset: top - box.top };
    }
    return undefined;
  }

  /**
   * Goes back to where the person was, if that is still there. Items out of view have only estimated heights: going there
   * makes them real, and the place is found again.
   */
  async restore(anchor: ScrollAnchor): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await nextFrame();
      this.goTo(anchor);
    }
  }

  private goTo(anchor: ScrollAnchor): void {
    const element = this.items().find(({ dataset }) => dataset.anchor === anchor.item);
    if (!element) return;
    this.sticking = false;
    const { top } = this.scroller.getBoundingClientRect();
    this.scroller.scrollTop += element.getBoundingClientRect().top - top + anchor.offset;
  }

  private distanceToEnd(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  private items(): HTMLElement[] {
    return [...this.content.querySelectorAll<HTMLElement>('[data-anchor]')];
  }
}
