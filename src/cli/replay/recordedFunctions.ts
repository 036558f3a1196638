/**
 * The functions of a re-enacted session. What depends on the window (reading, paging, notes, edits) is done anew, on what was
 * recorded; everything else gives back what it gave then.
 */
import type { ToolCall } from '../../engine/chat';
import type { EngineFunction, FunctionContext, FunctionOutcome } from '../../engine/EngineFunction';
import { createFunctions } from '../../tools/index';
import type { Reenactment } from './Reenactment';

type Arguments = Readonly<Record<string, unknown>>;
type Run = (args: Arguments, context: FunctionContext) => Promise<FunctionOutcome>;

export function recordedFunctions(play: Reenactment): readonly EngineFunction[] {
  const real = new Map(
    createFunctions({ ripgrepPath: '', roots: () => [] }).map((fn) => [fn.schema.name, fn]),
  );
  return play.recording.schemas.map((schema): EngineFunction => {
    const fn = real.get(schema.name);
    return {
      schema,
      readOnly: fn?.readOnly ?? false,
      parallel: fn?.parallel ?? false,
      validate: (value) => ({ ok: true, value }),
      run: async (value, context) => {
        const args = Object(value) as Arguments;
        const anew: Run = async (given) => {
          const valid = fn?.validate(given);
          return valid?.ok ? (fn?.run(valid.value, context) ?? NOTHING) : { ...NOTHING, isError: true };
        };
        const call = play.recorded(context.callId);
        return call
          ? runRecorded(play, call, args, context, anew, fn?.effect === 'edit')
          : anew(args, context);
      },
    };
  });
}

const NOTHING: FunctionOutcome = { text: 'No result was recorded.', isError: true };

async function runRecorded(
  play: Reenactment,
  call: ToolCall,
  args: Arguments,
  context: FunctionContext,
  anew: Run,
  isEdit: boolean,
): Promise<FunctionOutcome> {
  const result = play.recording.results.get(call.id);
  if (!result) return NOTHING;
  for (const page of result.pages) play.files.show(page, await play.blobs.get(page.source));
  const edits = play.recording.edits.get(call.id) ?? [];
  if (edits.length > 0) {
    for (const edit of edits) await play.files.undo(edit, play.blobs);
    const outcome = isEdit ? await anew(args, context) : undefined;
    if (outcome && !outcome.isError) return outcome;
    // It was made, whatever this window shows.
    for (const edit of edits) await play.files.redo(edit, play.blobs);
    return recordedOutcome(play, call);
  }
  // What failed then fails now, for the same reason.
  if (result.isError) return recordedOutcome(play, call);
  switch (call.name) {
    case 'read_file': {
      const path = play.files.canonical(String(args.path));
      const startLine = Number(args.startLine ?? 1);
      const known = play.files.knownThrough(path, startLine);
      if (known < startLine) return recordedOutcome(play, call);
      const endLine = Math.min(known, Number(args.endLine ?? known));
      return context.faults.readFile({ path, startLine, endLine }, context.signal);
    }
    case 'page_in': {
      const outcome = await anew({ ...args, address: play.addressNow(String(args.address)) }, context);
      return outcome.isError ? recordedOutcome(play, call) : outcome;
    }
    case 'pin_note': {
      const source = typeof args.source === 'string' ? { source: play.addressNow(args.source) } : {};
      return anew({ ...args, ...source }, context);
    }
    case 'edit_note':
    case 'unpin_note':
      return anew({ ...args, id: noteNow(play, String(args.id), context) }, context);
    case 'update_plan':
    case 'compact_context':
    case 'reset_context':
      return anew(args, context);
    default:
      return recordedOutcome(play, call);
  }
}

/** Notes are known by their texts: their ids are others. */
function noteNow(play: Reenactment, id: string, { notes }: FunctionContext): string {
  const bare = id
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^note:/, '');
  const text = play.notes.get(bare);
  return notes.list().find((note) => note.text === text)?.id ?? bare;
}

async function recordedOutcome({ recording, blobs }: Reenactment, call: ToolCall): Promise<FunctionOutcome> {
  const result = recording.results.get(call.id);
  if (!result) return NOTHING;
  const { whole, isError, pages, shows = [], fault } = result;
  const shown = await blobs.get(result.result);
  // The heading with the address is the executor's.
  const text = whole === undefined ? shown.slice(shown.indexOf('\n') + 1) : await blobs.get(whole);
  // Why it was not there is told from what this session has shown.
  const isTold = pages.length > 0 || shows.length > 0;
  const told = fault && isTold ? { kind: fault.kind, tier: fault.tier } : fault;
  return { text, isError, pages, shows, ...(told ? { fault: told } : {}) };
}
