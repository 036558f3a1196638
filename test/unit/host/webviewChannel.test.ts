import { expect, it } from 'vitest';
import type * as vscode from 'vscode';
import * as z from 'zod';
import { WebviewChannel } from '../../../src/host/webviewChannel';

interface Requests {
  load: { params: unknown; result: number };
  other: { params: unknown; result: null };
}

function open(state: () => number | Promise<number>) {
  const posted: unknown[] = [];
  let receive: (data: unknown) => void = () => undefined;
  const webview = {
    postMessage: (message: unknown) => posted.push(message),
    onDidReceiveMessage: (listener: typeof receive) => {
      receive = listener;
      return { dispose: () => undefined };
    },
  };
  const channel = new WebviewChannel<Requests, string>(webview as unknown as vscode.Webview, {
    load: { params: z.unknown(), run: state },
    other: { params: z.unknown(), run: () => null },
  });
  const ask = (method: string) => receive({ kind: 'request', id: 1, method, params: {} });
  return { channel, posted, ask };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

it('tells nothing before the view has loaded', async () => {
  const { channel, posted, ask } = open(() => 1);
  channel.tell('early');
  ask('other');
  await settled();
  channel.tell('still early');
  expect(posted).toEqual([{ kind: 'result', id: 1, result: null }]);
});

it('tells events after the state that they follow', async () => {
  let finish: (state: number) => void = () => undefined;
  const { channel, posted, ask } = open(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  ask('load');
  channel.tell('while loading');
  finish(7);
  await settled();
  channel.tell('later');
  expect(posted).toEqual([
    { kind: 'result', id: 1, result: 7 },
    { kind: 'event', event: 'while loading' },
    { kind: 'event', event: 'later' },
  ]);
});

it('goes on telling when the view loads again', async () => {
  const { channel, posted, ask } = open(() => 1);
  ask('load');
  await settled();
  ask('load');
  channel.tell('x');
  await settled();
  expect(posted.at(-1)).toEqual({ kind: 'event', event: 'x' });
  expect(posted).toHaveLength(3);
});
