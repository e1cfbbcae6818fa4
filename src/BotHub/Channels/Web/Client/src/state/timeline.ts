import type { HubEvent, Page, Queue, Role, ServerMessage, ServerState, Usage } from '../transport/contract';

/** `sending` exists only here: the server has not acknowledged the message yet. */
export type MessageState = ServerState | 'sending';

export interface Message {
  readonly id: string;
  readonly role: Role;
  /** Exactly the server's text; all beautifying happens on the way to the screen. */
  text: string;
  state: MessageState;
  at?: string | undefined;
  turn?: string | undefined;
  usage?: Usage | undefined;
  /** Why the answer failed, in the server's words. */
  error?: string | undefined;
}

/** `desync`: the event does not fit what we hold, so the stream must be opened afresh. */
export type Applied = 'text' | 'changed' | 'ended' | 'desync' | 'ignored';

const isFinal = (state: MessageState): boolean => state === 'done' || state === 'stopped' || state === 'failed';
const isLocal = (message: Message): boolean => message.state === 'sending';

/**
 * The conversation as far as it is known. While an answer streams, the stream alone decides its text; what is read over
 * `GET …/messages` meanwhile may be older or newer than the last delta and must not be mixed in.
 */
export class Timeline {
  #messages: Message[] = [];
  /** Answers whose text the open stream is telling. */
  readonly #live = new Set<string>();
  /** The answer of the run that goes on. */
  #current: string | undefined;

  running = false;
  queue: Queue | undefined;
  hasOlder = false;
  /** How often a finished answer had to be replaced by the server's text. Stays 0 unless an event was lost. */
  corrections = 0;
  /** The record read last did not know yet how an answer ended that has ended for us. */
  recordLags = false;

  get messages(): readonly Message[] {
    return this.#messages;
  }

  get oldest(): string | undefined {
    return this.#messages.find(m => !isLocal(m))?.id;
  }

  /** An answer is being made or is owed. */
  get busy(): boolean {
    return this.running || this.#messages.some(m => m.role === 'user' && (m.state === 'queued' || m.state === 'answering'));
  }

  find(id: string): Message | undefined {
    return this.#messages.findLast(m => m.id === id);
  }

  add(message: Message): void {
    if (!this.find(message.id)) this.#messages.push(message);
  }

  remove(id: string): void {
    this.#messages = this.#messages.filter(m => m.id !== id);
  }

  clear(): void {
    this.#messages = [];
    this.#live.clear();
    this.running = false;
    this.queue = undefined;
    this.hasOlder = false;
  }

  /** A stream was opened that begins "now": nothing heard on an earlier one holds any more. */
  streamBeginsNow(): void {
    this.#live.clear();
    this.running = false;
    this.queue = undefined;
  }

  /** The server has the message; it may even have begun to answer it before saying so. */
  acknowledge(id: string, position: number): void {
    const message = this.find(id);
    if (!message || !isLocal(message)) return;
    if (message.error !== undefined) message.state = 'failed';
    else message.state = this.running && position === 0 ? 'answering' : 'queued';
  }

  apply(event: HubEvent): Applied {
    switch (event.type) {
      case 'RUN_STARTED':
        this.running = true;
        this.queue = undefined;
        this.#settle('queued', 'answering');
        return 'changed';
      case 'TEXT_MESSAGE_START':
        this.#begin(event.messageId, event.role);
        return 'changed';
      case 'TEXT_MESSAGE_CONTENT':
        return this.#extend(event.messageId, event.delta);
      case 'TEXT_MESSAGE_END':
        this.#end(event.messageId, event.state);
        return 'changed';
      case 'RUN_FINISHED':
        this.#finish('done');
        return 'ended';
      case 'RUN_ERROR':
        this.#finish('failed', event.message);
        return 'ended';
      case 'MESSAGES_SNAPSHOT':
        this.#replace(event.messages);
        return 'changed';
      case 'CUSTOM':
        return this.#custom(event);
      default:
        return 'ignored';
    }
  }

  /** Lays the newest page of the server's record over what is shown. */
  merge({ messages: page, more }: Page): void {
    const known = new Set(page.map(m => m.id));
    const first = this.#messages.findIndex(m => known.has(m.id));
    // Without a common message there is a hole between what we hold and the page: what we hold is too old to show.
    const older = this.#messages.slice(0, Math.max(0, first)).filter(m => !isLocal(m));
    const newer = this.#messages.filter((m, i) => !known.has(m.id) && (isLocal(m) || (i > first && (first >= 0 || this.#live.has(m.id)))));
    if (older.length === 0) this.hasOlder = more;
    this.recordLags = false;
    this.#messages = [...older, ...page.map(m => this.#reconcile(m)), ...newer];
  }

  prepend({ messages: page, more }: Page): void {
    this.hasOlder = more;
    this.#messages = [...page.filter(m => !this.find(m.id)).map(m => ({ ...m })), ...this.#messages];
  }

  #reconcile(theirs: ServerMessage): Message {
    const ours = this.find(theirs.id);
    if (!ours || isLocal(ours)) return { ...theirs };
    const lags = isFinal(ours.state) && !isFinal(theirs.state);
    this.recordLags ||= lags;
    if (lags || this.#live.has(ours.id)) return { ...ours, at: theirs.at, turn: theirs.turn };
    if (ours.role === 'assistant' && isFinal(ours.state) && ours.text !== theirs.text) this.corrections++;
    return { ...ours, ...theirs };
  }

  #replace(messages: readonly ServerMessage[]): void {
    const known = new Map(messages.map(m => [m.id, m]));
    const waiting = this.#messages.filter(m => isLocal(m) && !known.has(m.id));
    const usage = new Map(this.#messages.map(m => [m.id, m.usage]));
    this.#live.clear();
    this.#messages = [...messages.map(m => ({ ...m, usage: usage.get(m.id) })), ...waiting];
    this.#current = messages.findLast(m => m.role === 'assistant' && m.state === 'answering')?.id;
    if (this.#current !== undefined) this.#live.add(this.#current);
    this.running = this.#live.size > 0;
    this.queue = undefined;
    this.hasOlder = messages.length > 0;
  }

  #begin(id: string, role: Role): void {
    this.#live.add(id);
    if (role === 'assistant') this.#current = id;
    this.running = true;
    this.queue = undefined;
    const message = this.find(id);
    if (message) Object.assign(message, { text: '', state: 'answering' });
    else this.#messages.push({ id, role, text: '', state: 'answering' });
  }

  #extend(id: string, delta: string): Applied {
    const message = this.find(id);
    if (!message || !this.#live.has(id)) return 'desync';
    message.text += delta;
    return 'text';
  }

  #end(id: string, state: ServerState): void {
    this.#live.delete(id);
    const message = this.find(id);
    if (message && !isFinal(message.state)) message.state = state;
  }

  #finish(state: 'done' | 'failed', error?: string): void {
    if (state === 'failed') this.#blame(error);
    for (const id of [...this.#live]) this.#end(id, state);
    this.#settle('answering', 'done');
    this.#current = undefined;
    this.running = false;
    this.queue = undefined;
  }

  /** A failure belongs to the half answer, or to the question that got none and may still be on its way for us. */
  #blame(error: string | undefined): void {
    const failed = this.#messages.find(m => m.id === this.#current) ?? this.#messages.findLast(m => m.role === 'user');
    if (!failed) return;
    failed.error = error;
    if (!isLocal(failed)) failed.state = 'failed';
  }

  #settle(from: ServerState, to: ServerState): void {
    for (const m of this.#messages) if (m.role === 'user' && m.state === from) m.state = to;
  }

  #custom(event: Extract<HubEvent, { type: 'CUSTOM' }>): Applied {
    if (event.name === 'queue') {
      this.queue = event.value.position > 0 ? event.value : undefined;
      return 'changed';
    }
    if (event.name === 'usage') {
      const answer = this.#messages.findLast(m => m.role === 'assistant');
      if (answer) answer.usage = event.value;
      return 'changed';
    }
    return 'ignored';
  }
}
