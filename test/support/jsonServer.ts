/** A real HTTP server on loopback with fixed answers: `METHOD /path` → JSON value, or a handler. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Route = ((request: IncomingMessage, response: ServerResponse) => void) | object;

export interface JsonServer {
  /** Without a path. */
  readonly url: string;
  /** `METHOD /path` of each request, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function startJsonServer(routes: Readonly<Record<string, Route>>): Promise<JsonServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    asked.push(name);
    const route = routes[name];
    if (typeof route === 'function') {
      route(request, response);
      return;
    }
    response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(route ?? { error: { message: 'not found' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
