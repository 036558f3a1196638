/** The opener of the session that is shown, until the person dismisses it or takes up the work. */
import { nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { OpenerView } from '../protocol';
import { openerCard } from './OpenerCard';

interface OpenerActions {
  /** @returns the opener, if there is one to show */
  readonly load: () => Promise<OpenerView | null | undefined>;
  /** Puts a text into the input, unsent. */
  readonly onTake: (text: string) => void;
  readonly onDismiss: () => void;
}

export class OpenerShown {
  private opener: OpenerView | undefined;
  /** Of the latest call of `load`: an answer to an earlier one comes too late. */
  private asked = 0;

  constructor(
    private readonly panel: Pick<ReactiveControllerHost, 'requestUpdate'>,
    private readonly actions: OpenerActions,
  ) {}

  /** Asked for by itself: the sessions are read for it, and the chat does not wait. */
  async load(): Promise<void> {
    this.hide();
    const { asked } = this;
    const opener = await this.actions.load();
    if (asked === this.asked) this.show(opener ?? undefined);
  }

  /** It does not come back by itself. */
  hide(): void {
    this.asked++;
    this.show(undefined);
  }

  render(): TemplateResult | typeof nothing {
    const { opener } = this;
    if (!opener) return nothing;
    return openerCard({
      opener,
      now: Date.now(),
      onTake: this.actions.onTake,
      onDismiss: () => {
        this.hide();
        this.actions.onDismiss();
      },
    });
  }

  private show(opener: OpenerView | undefined): void {
    this.opener = opener;
    this.panel.requestUpdate();
  }
}
