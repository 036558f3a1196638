/** vctx: the engine, the index and the recall storage without an editor. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { version } from '../../package.json';
import { describeError } from '../engine/errors';
import { ask } from './ask';
import { EVAL_TASKS, evaluate } from './eval/evaluate';
import { importMessages } from './importMessages';
import { indexFolder } from './indexFolder';
import { printLog } from './printLog';
import { printStats } from './printStats';
import { printStoreStats } from './printStoreStats';
import { replay } from './replay';
import { REPLAY_POLICIES, replayUnderPolicy } from './replay/replayUnderPolicy';
import { searchMessages } from './searchMessages';
import { searchWorkspace } from './searchWorkspace';

function buildProgram(signal: AbortSignal): Command {
  const program = new Command('vctx').description('Virtual Context without an editor.').version(version);
  program.showHelpAfterError('(vctx COMMAND --help says how it is used)');

  const index = program
    .command('index')
    .description('index a folder, or what changed in it since last time')
    .argument('<dir>', 'the folder')
    .option(
      '--store <dir>',
      'where the index is kept (default: by folder, in your data folder); s3://, gs://, az:// or db://: publish it there for others',
    )
    .option('--root <name>', 'name of the folder in a shared index (default: its own)')
    .addOption(
      new Option('--rebuild [table]', 'make it anew').choices([
        'everything',
        'workspace',
        'vectors',
        'messages',
        'notes',
      ]),
    )
    .option('--json', 'print the result as JSON')
    .action((dir, options) => indexFolder(dir, options, signal));
  addEmbeddings(index);

  const search = program
    .command('search')
    .description('search a folder; indexes it first when needed')
    .argument(
      '[query]',
      'a question, names or pasted text; may have "exact words", -word and path: lang: symbol: changed: filters',
    )
    .addOption(queries())
    .addOption(workspace())
    .addOption(store())
    .addOption(limit())
    .option('--page <n>', 'which page of the hits', positiveInteger, 1)
    .option('--files', 'each file once, by its best page')
    .option('--explain', 'why each hit stands where it stands')
    .option('--json', 'print the result as JSON')
    .action((query, options) => searchWorkspace(query, options, signal));
  addEmbeddings(search);

  const recall = program.command('recall').description('messages of all sessions');
  recall
    .command('import')
    .description(
      'add messages: one {"id","session","time","role","name","text"} a line; time in ms or as ISO date. Speaker, content, timestamp and the like are understood; only the text is needed',
    )
    .argument('<file>', 'a .jsonl file')
    .addOption(workspace())
    .addOption(store())
    .option('--json', 'print the result as JSON')
    .action((file, options) => importMessages(file, options, signal));
  recall
    .command('search')
    .description('search messages')
    .argument('[query]')
    .addOption(queries())
    .addOption(workspace())
    .addOption(store())
    .addOption(limit())
    .option('--json', 'print the result as JSON')
    .action((query, options) => searchMessages(query, options, signal));

  program
    .command('ask')
    .description('ask one question; secret-looking files are never read')
    .argument('<prompt>')
    .addOption(workspace())
    .addOption(store())
    .option('--session <id>', 'go on in this session, or begin it under this name')
    .option('--model <name>', 'name of the model at the endpoint', 'offline')
    .option(
      '--base-url <url>',
      'OpenAI-compatible endpoint (default: https://api.openai.com/v1). Its key is read from the environment: VIRTUAL_CONTEXT_API_KEY for any endpoint; OPENAI_API_KEY is sent to api.openai.com only',
    )
    .option('--window <tokens>', 'context window of the model', positiveInteger)
    .option('--allow-edits', 'let the model edit files in the folder without asking')
    .option(
      '--allow-commands',
      'let the model run commands in the folder, and edit files; dangerous commands are refused',
    )
    .option('--json', 'print each event as JSON, then the answer')
    .action((prompt, options) => ask(prompt, options, signal));

  program
    .command('log')
    .description('print the paging log of a session')
    .requiredOption('--session <id>')
    .addOption(workspace())
    .addOption(store())
    .option('--json', 'print the events as JSON')
    .action((options) => printLog(options, signal));

  program
    .command('stats')
    .description(
      'print what a session has in memory: occupancy, counters, page table; without one, the tables of the store',
    )
    .option('--session <id>')
    .option('--prices <file>', 'JSON file of what models cost, as the setting virtualContext.model.prices')
    .addOption(workspace())
    .addOption(store())
    .option('--json', 'print the report as JSON')
    .action(({ session, ...options }) =>
      session === undefined ? printStoreStats(options) : printStats({ ...options, session }, signal),
    );

  program
    .command('eval')
    .description("the paper's tasks with a model of yours: scores it, in a store that is removed afterwards")
    .addArgument(new Argument('<task>', 'what to ask').choices(Object.keys(EVAL_TASKS)))
    .requiredOption('--model <name>', 'name of the model at the endpoint, or offline')
    .option('--base-url <url>', 'OpenAI-compatible endpoint (default: https://api.openai.com/v1)')
    .option('--key-env <variable>', 'environment variable with its key (default: as vctx ask)')
    .option('--window <tokens>', 'context window of the model', positiveInteger)
    .option('--seed <n>', 'another seed, other questions', positiveInteger, 1)
    .option('--limit <n>', 'questions at most', positiveInteger, 50)
    .option('--judge <model>', 'a model of the same endpoint that grades the answers too')
    .option('--documents <dir>', 'docqa: folder of .md and .txt files (default: node_modules)')
    .option('--size <n>', 'docqa: documents among which the one is', positiveInteger, 100)
    .option('--json', 'print each question as JSON, then the report')
    .action((task: keyof typeof EVAL_TASKS, options) => evaluate(task, options, signal));

  program
    .command('replay')
    .description(
      'rebuild every request of a session from its log, and compare it with what was sent; with a policy or a window: what would have happened, beside what did',
    )
    .requiredOption('--session <id>')
    .addOption(
      new Option('--policy <name>', 're-enact it under this memory policy').choices(
        Object.keys(REPLAY_POLICIES),
      ),
    )
    .option('--window <tokens>', 're-enact it in a context window of this size', positiveInteger)
    .addOption(workspace())
    .addOption(store())
    .option('--json', 'print the result as JSON')
    .action((options) =>
      options.policy || options.window ? replayUnderPolicy(options, signal) : replay(options, signal),
    );

  return program;
}

function addEmbeddings(command: Command): void {
  command
    .addOption(
      new Option('--embeddings <provider>', 'vectors beside terms, made at an endpoint').choices([
        'openai',
        'ollama',
      ]),
    )
    .option('--embeddings-model <name>', 'name of the embedding model at the endpoint')
    .option(
      '--embeddings-url <url>',
      'OpenAI-compatible endpoint or Ollama (default: the provider’s own). Its key is read from the environment, as for vctx ask',
    )
    .option('--yes', 'agree to send the text of the folder to an endpoint that may cost money');
}

function store(): Option {
  return new Option(
    '--store <dir>',
    'where index and sessions are kept (default: by folder, in your data folder)',
  );
}

function workspace(): Option {
  return new Option('--workspace <dir>', 'the folder').default('.', 'the current folder');
}

function queries(): Option {
  return new Option('--queries <file>', 'one {"id","query"} a line; prints one JSON result a line');
}

function limit(): Option {
  return new Option('--limit <n>', 'hits per query, at most 1000').argParser(hitLimit).default(10);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Give a whole number from 1.');
  return value;
}

function hitLimit(text: string): number {
  const value = positiveInteger(text);
  if (value > 1000) throw new InvalidArgumentError('Give at most 1000.');
  return value;
}

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
process.once('SIGTERM', () => abort.abort());
// The reader of a pipe has seen enough (`vctx log … | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

buildProgram(abort.signal)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(abort.signal.aborted ? 'vctx: cancelled' : `vctx: ${describeError(error)}`);
    process.exitCode = abort.signal.aborted ? 130 : 1;
  });
