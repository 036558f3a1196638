/** Puts a process together: which of its parts are given which. */
import type { AgentParts } from './AgentParts';
import { Anticipation } from './Anticipation';
import { AttachmentDelivery } from './AttachmentDelivery';
import { CoherenceChecker } from './CoherenceChecker';
import { WorkspaceChanges } from './changes/WorkspaceChanges';
import { DerivedFeed } from './DerivedFeed';
import { EventDelivery } from './EventDelivery';
import { FoundPlaces } from './FoundPlaces';
import { ModelInUse, type ModelSource } from './ModelInUse';
import { OutputBuffer } from './OutputBuffer';
import type { OutsideEvent } from './ports';
import { ProcessTable } from './processes/ProcessTable';
import type { OpenProcess } from './processes/runChild';
import { QueueManager } from './QueueManager';
import { RulesKeeper } from './RulesKeeper';
import { createReplacementPolicy } from './replacement/createReplacementPolicy';
import { Scheduler } from './Scheduler';
import { SessionNotes } from './SessionNotes';
import { SessionPlan } from './SessionPlan';
import { SessionRecorder } from './SessionRecorder';
import { SessionState } from './SessionState';
import { SessionView } from './SessionView';
import { systemInstructions } from './systemInstructions';
import { TurnRunner } from './TurnRunner';
import { WindowRequests } from './WindowRequests';

interface ProcessLinks {
  /** Tells the process of an outside event. */
  readonly post: (event: OutsideEvent) => Promise<void>;
  /** Opens a sub-agent's process. */
  readonly open: OpenProcess;
}

/** @returns the parts that `AgentProcess` works with; nothing runs yet */
export function wireProcess(agent: AgentParts, source: ModelSource, { post, open }: ProcessLinks) {
  const { log, blobs, counter, hash, clock, functions, files, settings } = agent;
  const output = new OutputBuffer();
  /** Own tokens the pinned notes may take: by the setting, and by the window once it is known. */
  const notesLimit = (): number => {
    const { notesTokenLimit } = settings();
    const { budget } = model;
    return budget ? Math.min(notesTokenLimit, queue.notesRoom(budget)) : notesTokenLimit;
  };
  const replacement = createReplacementPolicy(settings().policy.replacement);
  const state = new SessionState(log.sessionId, blobs, counter, notesLimit, replacement);
  const model = new ModelInUse(source, state, settings);
  const recorder = new SessionRecorder(log, state, clock, (own) => model.occupancy(own));
  const notes = new SessionNotes('person', recorder, counter, hash, clock);
  const changes = new WorkspaceChanges(agent, recorder, () => output.emit({ type: 'changes' }));
  const view = new SessionView({ state, notes, model, output, settings });
  const coherence = new CoherenceChecker({ ...agent, recorder });
  const rules = new RulesKeeper({ ...agent, recorder });
  const queue = new QueueManager({
    files,
    state,
    recorder,
    blobs,
    hash,
    counter,
    clock,
    instructions: systemInstructions(agent.folders),
    rules,
    schemas: functions.map((fn) => fn.schema),
    ...(agent.summaryModel ? { summaryModel: agent.summaryModel } : {}),
    settings,
  });
  const processes = new ProcessTable({
    agent,
    recorder,
    output,
    notes: new SessionNotes('model', recorder, counter, hash, clock),
    model: source,
    asked: () => model.asked,
    changes: changes.door,
    open,
  });
  const edits = agent.watchEdits?.(post);
  const found = new FoundPlaces(agent.archival);
  const attachments = new AttachmentDelivery({
    ...agent,
    found,
    state,
    recorder,
    limit: (count, budget) => queue.admissionLimit(count, budget),
  });
  const requests = new WindowRequests(recorder, queue);
  const runner = new TurnRunner({
    agent,
    found,
    state,
    recorder,
    queue,
    model,
    delivery: new EventDelivery({ ...agent, recorder, coherence, rules }),
    attachments,
    anticipation: new Anticipation({ ...agent, archival: found }, recorder),
    requests,
    output,
    processes,
    changes: changes.door,
    ...(edits ? { edits } : {}),
  });
  return {
    output,
    notes,
    review: changes.review,
    checkpoints: changes.checkpoints,
    plan: new SessionPlan('person', recorder, counter),
    state,
    recorder,
    coherence,
    rules,
    model,
    runner,
    processes,
    scheduler: new Scheduler({ recorder, runner, model, requests, output }),
    attachments,
    feed: new DerivedFeed({ ...agent, state }),
    changes,
    view,
    edits,
  };
}
