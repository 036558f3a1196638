/** The webview's end of the message map: typed requests with an answer, and the host's events. */
import type { HostMessage, RequestError, RequestMap } from '../protocol';

/** What VS Code hands to a webview; it can be acquired only once per page. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** A request that the host refused; says what to do next when the host knew. */
class HostError extends Error {
  constructor(readonly error: RequestError) {
    super([error.message, error.nextStep].filter(Boolean).join(' '));
  }
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class HostConnection<Requests extends RequestMap<Requests>, Event> {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  constructor(
    private readonly api: Pick<VsCodeApi, 'postMessage'>,
    private readonly onEvent: (event: Event) => void,
  ) {}

  /** @throws HostError when the host answers with an error */
  request<Method extends keyof Requests & string>(
    method: Method,
    params: Requests[Method]['params'],
  ): Promise<Requests[Method]['result']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.api.postMessage({ kind: 'request', id, method, params });
    });
  }

  /** Takes one message from the host. Answers to requests of an earlier page are ignored. */
  receive(message: HostMessage<Event>): void {
    if (message.kind === 'event') {
      this.onEvent(message.event);
      return;
    }
    const pending = this.pending.get(message.id);
    if (!pending) return;
    this.pending.delete(message.id);
    if (message.kind === 'result') pending.resolve(message.result);
    else pending.reject(new HostError(message.error));
  }
}
