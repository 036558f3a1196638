/** `<vc-markdown>`: a message's Markdown, sanitised; while the text grows only the blocks that change are touched. */
import DOMPurify, { type Config } from 'dompurify';
import { ReactiveElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CodeBlockAct, Place } from '../protocol';
import { copyText } from '../shared/copyText';
import { openPlace, send } from '../shared/events';
import { StreamingMarkdown } from './StreamingMarkdown';

const SANITIZE: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'strong', 'em'],
    ...['s', 'a', 'code', 'pre', 'span', 'div', 'button', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'title', 'class', 'role', 'tabindex', 'type', 'aria-label', 'start'],
  // Without this DOMPurify takes their values for addresses.
  ADD_URI_SAFE_ATTR: ['tabindex', 'type', 'aria-label', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  RETURN_DOM_FRAGMENT: true,
};

const CODE_ACTS: readonly CodeBlockAct['act'][] = ['insert', 'apply', 'create'];

@customElement('vc-markdown')
export class MarkdownView extends ReactiveElement {
  @property({ attribute: false }) text = '';
  /** Whether more text may follow. */
  @property({ type: Boolean }) streaming = false;

  private readonly markdown = new StreamingMarkdown();
  private shown: { readonly html: string; readonly element: HTMLElement }[] = [];

  constructor() {
    super();
    this.addEventListener('click', (event) => this.activate(event));
    this.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && linkOf(event)) this.activate(event);
    });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(): void {
    const blocks = this.streaming ? this.markdown.update(this.text) : this.markdown.finish(this.text);
    for (const [index, html] of blocks.entries()) {
      const shown = this.shown[index];
      if (shown?.html === html) continue;
      const element = shown?.element ?? this.appendBlock();
      show(html, element);
      this.shown[index] = { html, element };
    }
    for (const { element } of this.shown.splice(blocks.length)) element.remove();
  }

  private appendBlock(): HTMLElement {
    const element = document.createElement('div');
    element.className = 'md-block';
    this.append(element);
    return element;
  }

  private activate(event: Event): void {
    const link = linkOf(event);
    if (link) {
      event.preventDefault();
      // VS Code follows links by itself; ours are not addresses.
      event.stopPropagation();
      openPlace(this, placeOfLink(link));
      return;
    }
    const button = closest(event, '.code-header > button');
    const block = button?.closest<HTMLElement>('.code-block');
    if (button && block) this.useCode(button, block);
  }

  private useCode(button: HTMLElement, block: HTMLElement): void {
    const code = block.querySelector('code')?.textContent ?? '';
    const act = CODE_ACTS.find((one) => button.classList.contains(`${one}-code`));
    if (!act) void copyText(code, button);
    // Half of a block is of no use to anybody.
    else if (!this.streaming || block.closest('.md-block') !== this.lastElementChild) {
      const path = block.dataset.path ?? fileNamedBefore(block);
      const language = block.dataset.language ?? '';
      send(this, 'code-block', { act, code, language, ...(path ? { path } : {}) });
    }
  }
}

/** Replaces a block. A code block that grows keeps its frame, so that scrolling and the copy button stay put. */
function show(html: string, element: HTMLElement): void {
  const fragment = DOMPurify.sanitize(html, SANITIZE);
  const next = fragment.querySelector(':scope > .code-block');
  const present = element.querySelector(':scope > .code-block');
  if (next && present) {
    for (const part of ['.code-header > span', 'pre > code']) {
      present.querySelector(part)?.replaceChildren(...(next.querySelector(part)?.childNodes ?? []));
    }
    for (const { name, value } of next.attributes) present.setAttribute(name, value);
    return;
  }
  element.replaceChildren(fragment);
}

function closest(event: Event, selector: string): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
}

/** The file that the paragraph before a code block leads to. */
function fileNamedBefore(block: HTMLElement): string | undefined {
  const before = block.closest('.md-block')?.previousElementSibling;
  if (before?.querySelector('.code-block')) return undefined;
  return [...(before?.querySelectorAll<HTMLElement>('.file-link') ?? [])].at(-1)?.dataset.path;
}

function linkOf(event: Event): HTMLElement | null {
  return closest(event, '.file-link');
}

function placeOfLink({ dataset }: HTMLElement): Place {
  return {
    path: dataset.path ?? '',
    ...(dataset.start ? { startLine: Number(dataset.start) } : {}),
    ...(dataset.end ? { endLine: Number(dataset.end) } : {}),
  };
}
