import type { Created, Page } from './contract';

export interface Session {
  conversation: string;
  token: string;
}

/** An answer of the server that is not the hoped-for one. */
export class HubError extends Error {
  constructor(
    readonly status: number,
    /** Milliseconds the server asks us to wait, if it does. */
    readonly retryAfter: number | undefined,
  ) {
    super(`HTTP ${status}`);
  }

  /** The token has expired, or the conversation is not (or no longer) ours. */
  get gone(): boolean {
    return this.status === 401 || this.status === 404;
  }

  /** The same call may well succeed later. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** The contract's calls. A failure to reach the server surfaces as fetch's own TypeError. */
export class HubApi {
  /** @param base the folder that holds `api/`, with a trailing slash */
  constructor(private readonly base: URL) {}

  async create(): Promise<Created> {
    const locale = /^[A-Za-z0-9-]{1,35}$/.test(navigator.language) ? navigator.language : undefined;
    const response = await this.#call('api/chat/conversations', { method: 'POST', body: JSON.stringify({ locale }) });
    return (await response.json()) as Created;
  }

  async send(session: Session, id: string, text: string): Promise<{ message: string; position: number }> {
    const response = await this.#in(session, 'messages', { method: 'POST', body: JSON.stringify({ id, text }) });
    return (await response.json()) as { message: string; position: number };
  }

  async stop(session: Session): Promise<void> {
    await this.#in(session, 'stop', { method: 'POST' });
  }

  async messages(session: Session, limit: number, before?: string): Promise<Page> {
    const query = new URLSearchParams({ limit: String(limit), ...(before === undefined ? {} : { before }) });
    const response = await this.#in(session, `messages?${query}`);
    return (await response.json()) as Page;
  }

  /** Opens the event stream; without `after` it begins now. */
  async events(session: Session, after: string | undefined, signal: AbortSignal): Promise<Response> {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    return this.#in(session, `events${query}`, { signal, headers: { Accept: 'text/event-stream' } });
  }

  #in(session: Session, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), Authorization: `Bearer ${session.token}` };
    return this.#call(`api/chat/conversations/${encodeURIComponent(session.conversation)}/${path}`, { ...init, headers });
  }

  async #call(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), ...(init.body ? { 'Content-Type': 'application/json' } : {}) };
    const response = await fetch(new URL(path, this.base), { ...init, headers, cache: 'no-store', credentials: 'omit' });
    if (response.ok) return response;
    throw new HubError(response.status, retryAfter(response.headers.get('Retry-After')));
  }
}

/** `Retry-After` holds seconds or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
