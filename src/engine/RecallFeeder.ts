/** Hands a session's messages to recall storage in their order, without a turn ever waiting for it. */
import type { RecallMessage, RecallStorage } from './ports';

export class RecallFeeder {
  private waiting: RecallMessage[] = [];
  private feeding = false;

  constructor(private readonly recall: Pick<RecallStorage, 'append'>) {}

  feed(message: RecallMessage): void {
    this.waiting.push(message);
    void this.drain();
  }

  /**
   * One batch at a time, so that messages which come meanwhile travel together. What fails waits for the next message,
   * and in the log for the next feeding when this process ends before.
   */
  private async drain(): Promise<void> {
    if (this.feeding) return;
    this.feeding = true;
    try {
      while (this.waiting.length > 0) {
        const batch = [...this.waiting];
        await this.recall.append(batch);
        this.waiting.splice(0, batch.length);
      }
    } catch {
      // The disk is away; the status bar says so.
    } finally {
      this.feeding = false;
    }
  }
}
