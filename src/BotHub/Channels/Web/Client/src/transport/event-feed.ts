import { createParser } from 'eventsource-parser';
import { Backoff, Pause } from './backoff';
import type { HubEvent } from './contract';
import { HubError } from './hub-api';

/** The server sends a comment every 15 s; a stream that is silent for three of them is dead, whatever the socket says. */
const SILENCE = 45_000;

export interface FeedHandlers {
  /** The stream is open. When not anchored, it began "now": what happened before must be read elsewhere. */
  opened(anchored: boolean): void;
  event(event: HubEvent): void;
  /** The stream dropped, or could not be opened, for the n-th time in a row; it is being opened again. */
  dropped(attempt: number): void;
  /** The conversation is not ours any more. The feed has ended. */
  gone(): void;
}

/** Follows a conversation's events across dropped connections and server restarts, each event once and in order. */
export class EventFeed {
  readonly #backoff = new Backoff();
  readonly #pause = new Pause();
  #connection: AbortController | undefined;
  #closed = false;
  #last: string | undefined;

  constructor(
    private readonly open: (after: string | undefined, signal: AbortSignal) => Promise<Response>,
    private readonly handlers: FeedHandlers,
  ) {}

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#connection?.abort();
    this.#pause.wake();
  }

  /** Tries at once instead of waiting out the back-off. */
  hurry(): void {
    this.#pause.wake();
  }

  /** Forgets the place in the stream and opens it anew, so that the server tells where things stand. */
  restart(): void {
    this.#last = undefined;
    this.#connection?.abort();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      let wait: number | undefined;
      try {
        await this.#connect();
      } catch (error) {
        if (this.#closed) return;
        if (error instanceof HubError) {
          if (error.gone) return this.handlers.gone();
          wait = error.retryAfter;
        }
      }
      if (this.#closed) return;
      const pause = this.#backoff.next();
      this.handlers.dropped(this.#backoff.attempt);
      await this.#pause.wait(Math.max(pause, wait ?? 0));
    }
  }

  async #connect(): Promise<void> {
    const connection = (this.#connection = new AbortController());
    let watchdog = setTimeout(() => connection.abort(), SILENCE);
    try {
      const anchor = this.#last;
      const response = await this.open(anchor, connection.signal);
      if (response.body === null) return;
      this.handlers.opened(anchor !== undefined);
      const parser = createParser({ onEvent: e => connection.signal.aborted || this.#receive(e.id, e.data) });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        // Only bytes prove a connection good: a proxy in front of a dead server accepts and hangs up.
        this.#backoff.reset();
        clearTimeout(watchdog);
        watchdog = setTimeout(() => connection.abort(), SILENCE);
        parser.feed(value);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  #receive(id: string | undefined, data: string): void {
    let event: HubEvent;
    try {
      event = JSON.parse(data) as HubEvent;
    } catch {
      return;
    }
    // A replay may overlap what was seen already; a snapshot is where things stand, whatever was seen.
    const seen = id && this.#last !== undefined && Number(id) <= Number(this.#last);
    if (seen && event.type !== 'MESSAGES_SNAPSHOT') return;
    if (id) this.#last = id;
    this.handlers.event(event);
  }
}
