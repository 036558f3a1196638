/** The output channel "Virtual Context: Paging": every engine act as one line. */
import { type Disposable, type LogOutputChannel, window } from 'vscode';
import type { SessionEvent } from '../engine/events';
import { pagingLines } from '../engine/PagingLog';

export class PagingLogChannel implements Disposable {
  private readonly channel: LogOutputChannel = window.createOutputChannel('Virtual Context: Paging', {
    log: true,
  });

  write(event: SessionEvent): void {
    for (const { level, text } of pagingLines(event)) this.channel[level](text);
  }

  /** A line that is not a session event: activation, the disk process, a failure outside a turn. */
  note(level: 'info' | 'warn' | 'error', text: string): void {
    this.channel[level](text);
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}
