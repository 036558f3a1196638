/** What the disk process accepts: parameters come from another process, perhaps of another version. */
import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { sharedLocation } from './sharedLocation';

const absolutePath = z.string().min(1).refine(isAbsolute, 'must be an absolute path');
/** Of an endless question the beginning is asked. */
const text = z.string().transform((whole) => whole.slice(0, 200_000));
const page = z.int().min(1);
const pageSize = z.int().min(1).max(1000);
const time = z.number().finite();

const message = z.object({
  id: z.string().min(1),
  session: z.string(),
  seq: z.number().finite(),
  time,
  role: z.enum(['user', 'assistant', 'tool']),
  name: z.string().exactOptional(),
  text: z.string(),
});

const note = z.object({ id: z.string().min(1), session: z.string(), time, text: z.string() });

export const params = {
  openWorkspace: z.object({
    roots: z.array(z.object({ name: z.string(), path: absolutePath })),
    options: z.object({ maxFileBytes: z.number().positive(), maxFiles: z.int().positive().exactOptional() }),
    paused: z.boolean(),
    shared: sharedLocation.exactOptional(),
  }),
  filesChanged: z.object({ paths: z.array(absolutePath) }),
  overlay: z.object({ path: absolutePath, text: z.string().nullable() }),
  attend: z.object({
    paths: z.array(absolutePath).transform((paths) => paths.slice(0, 32)),
    typing: z.boolean(),
    onBattery: z.boolean(),
  }),
  chooseEmbeddings: z.discriminatedUnion('provider', [
    z.object({ provider: z.literal('none') }),
    z.object({
      provider: z.enum(['openai', 'ollama']),
      baseUrl: z.url({ protocol: /^https?$/ }),
      model: z.string().min(1),
      apiKey: z.string().exactOptional(),
      confirmed: z.boolean(),
    }),
  ]),
  searchWorkspace: z.object({
    text,
    glob: z.string().max(1000).exactOptional(),
    results: z.enum(['pages', 'files']).exactOptional(),
    count: z.boolean().exactOptional(),
    explain: z.boolean().exactOptional(),
    page,
    pageSize,
  }),
  rebuild: z.object({ target: z.enum(['everything', 'workspace', 'vectors', 'messages', 'notes']) }),
  publish: z.object({ location: sharedLocation, path: absolutePath, root: z.string().min(1).max(200) }),
  appendMessages: z.object({ messages: z.array(message) }),
  searchMessages: z.object({
    text,
    since: time.exactOptional(),
    until: time.exactOptional(),
    page,
    pageSize,
  }),
  messageSeqs: z.object({ session: z.string() }),
  forgetSessions: z.object({ sessions: z.array(z.string().min(1)).min(1) }),
  insertNotes: z.object({ notes: z.array(note) }),
  searchNotes: z.object({ text, page, pageSize }),
  noteIds: z.object({ session: z.string() }),
};
