import { Backoff, Pause } from '../transport/backoff';
import { HubError } from '../transport/hub-api';
import type { Storage, Unsent } from './storage';

export interface OutboxHandlers {
  send(item: Unsent): Promise<{ position: number }>;
  accepted(item: Unsent, position: number): void;
  /** The server will never take this message. */
  refused(item: Unsent, error: HubError): void;
  /** The conversation is not ours any more; the messages are kept for the next one. */
  gone(): void;
  changed(): void;
}

export interface Hold {
  /** When the next try is due, as `Date.now()` counts. */
  readonly until: number;
  readonly reason: 'tooMany' | 'unreachable';
}

/**
 * Sends messages one after the other, in order, each under its one id until the server has said yes or no. The id makes a
 * repeat harmless, so whatever is in doubt is simply sent again: after a lost answer, a reload, a restart of either side.
 */
export class Outbox {
  readonly #backoff = new Backoff(1_000, 30_000);
  readonly #pause = new Pause();
  #items: Unsent[];
  #pumping = false;
  #closed = false;
  hold: Hold | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly handlers: OutboxHandlers,
  ) {
    this.#items = storage.outbox;
  }

  get items(): readonly Unsent[] {
    return this.#items;
  }

  add(item: Unsent): void {
    this.#save([...this.#items, item]);
  }

  drop(id: string): void {
    this.#save(this.#items.filter(i => i.id !== id));
  }

  close(): void {
    this.#closed = true;
    this.#pause.wake();
  }

  /** Ends a wait for the network; a wait the server asked for is kept. */
  hurry(): void {
    if (this.hold?.reason === 'unreachable') this.#pause.wake();
  }

  async pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let item = this.#items[0]; item && !this.#closed; item = this.#items[0]) {
        if (!(await this.#trySend(item))) return;
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** False when the conversation is gone. */
  async #trySend(item: Unsent): Promise<boolean> {
    try {
      const { position } = await this.handlers.send(item);
      if (this.#closed) return false;
      this.#backoff.reset();
      this.drop(item.id);
      this.handlers.accepted(item, position);
    } catch (error) {
      if (this.#closed) return false;
      if (error instanceof HubError && error.gone) {
        this.handlers.gone();
        return false;
      }
      if (error instanceof HubError && !error.passing) {
        this.drop(item.id);
        this.handlers.refused(item, error);
      } else {
        await this.#wait(error instanceof HubError ? error : undefined);
      }
    }
    return true;
  }

  async #wait(error: HubError | undefined): Promise<void> {
    const pause = Math.max(this.#backoff.next(), error?.retryAfter ?? 0);
    this.hold = { until: Date.now() + pause, reason: error?.status === 429 ? 'tooMany' : 'unreachable' };
    this.handlers.changed();
    await this.#pause.wait(pause);
    this.hold = undefined;
    this.handlers.changed();
  }

  #save(items: Unsent[]): void {
    this.#items = items;
    this.storage.outbox = items;
  }
}
