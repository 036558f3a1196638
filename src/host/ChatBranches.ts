/** Going on from an earlier place of the chat that is shown, in a session of its own; the one before stays as it is. */
import type { AgentParts } from '../engine/AgentParts';
import type { AgentProcess } from '../engine/AgentProcess';
import type { SessionEvent } from '../engine/events';
import type { ForkPoint, TakenBack } from '../engine/forkPoint';
import type { SessionHistory } from '../engine/ports';
import { type LiveSession, newSessionId } from './LiveSession';
import type { AbandonedEdits } from './review/abandonedEdits';
import type { TakenBackMessage } from './takenBack';

export interface ChatBranchesParts {
  /** Everything of a process but its log. @throws JournalError */
  readonly agent: () => Promise<Omit<AgentParts, 'log'>>;
  readonly history: SessionHistory;
  /** What is to become of files that were edited after the place from which a chat goes on; undefined: it does not. */
  readonly abandonedEdits: (edits: AbandonedEdits) => Promise<'putBack' | 'keep' | undefined>;
}

/** Where it goes on from. @param lineage the session's events @throws UnknownAddressError */
export type PointOf = (
  session: string,
  lineage: () => AsyncIterable<SessionEvent>,
) => Promise<ForkPoint & { readonly takenBack?: TakenBack }>;

/** Files stay as they are, or go back to a checkpoint. */
type FilesChoice = 'keep' | { readonly checkpoint: number; readonly force: boolean };

interface BranchOptions {
  /** Answers the new session; default: as this one. */
  readonly model?: string;
  /** What becomes of edited files; default: the person is asked. */
  readonly files?: 'keep';
  /** Whether the message that the new session lacks goes back into the input; default: yes. */
  readonly takesBack?: boolean;
}

export class ChatBranches {
  constructor(
    private readonly live: LiveSession,
    private readonly parts: ChatBranchesParts,
  ) {}

  /**
   * Asks first what is to become of files that were edited after that place.
   * @returns the message that the new session lacks; undefined also when the person decided against it
   */
  async branch(
    pointOf: PointOf,
    { model, files, takesBack = true }: BranchOptions = {},
  ): Promise<TakenBackMessage | undefined> {
    const asked = await this.live.current();
    const choice = files ?? (await this.choose(asked, pointOf));
    if (choice === undefined) return undefined;
    let taken: TakenBackMessage | undefined;
    await this.live.replace(async (before) => {
      // Another chat was opened meanwhile.
      if (before !== asked) return undefined;
      // A call that still runs has no result to take along.
      await before.halt();
      const { session } = before;
      try {
        const point = await pointOf(session, () => this.parts.history.lineage(session));
        const { from, through, takenBack } = point;
        if (choice !== 'keep') await before.checkpoints.restore(choice.checkpoint, { force: choice.force });
        const { forkLog } = await this.parts.agent();
        const fork = newSessionId();
        if (takenBack) {
          const drafts = await before.draftsOf(takenBack.attachments);
          taken = { session: fork, text: takenBack.text, drafts };
        }
        const log = await forkLog(fork, { from, through, kind: 'session' });
        // What was chosen after that point goes along too.
        const choices = { ...before.choices, ...(model === undefined ? {} : { model }) };
        await this.live.open(log, { takenBack: takesBack ? taken : undefined, choices });
        return through;
      } catch (error) {
        before.goOn();
        throw error;
      }
    });
    return taken;
  }

  /** @returns undefined when the chat is not to go on from there */
  private async choose(agent: AgentProcess, pointOf: PointOf): Promise<FilesChoice | undefined> {
    const { session, checkpoints } = agent;
    await agent.halt();
    try {
      const { through } = await pointOf(session, () => this.parts.history.lineage(session));
      const seq = checkpoints.firstAfter(through);
      if (seq === undefined) return 'keep';
      const checkpoint = (await checkpoints.list()).find((info) => info.seq === seq);
      if (!checkpoint) return 'keep';
      const preview = await checkpoints.preview(checkpoint.seq);
      if (preview.files.length + preview.moves.length === 0) return 'keep';
      const choice = await this.parts.abandonedEdits({ checkpoint, preview });
      if (choice === undefined) agent.goOn();
      const force = preview.files.some(({ editedSince }) => editedSince);
      return choice === 'putBack' ? { checkpoint: checkpoint.seq, force } : choice;
    } catch (error) {
      agent.goOn();
      throw error;
    }
  }
}
