import { Backoff, Pause, pause } from '../transport/backoff';
import type { Bot, HubEvent } from '../transport/contract';
import { EventFeed } from '../transport/event-feed';
import { HubApi, HubError, type Session } from '../transport/hub-api';
import { texts } from '../texts';
import { newId } from './ids';
import { Outbox, type Hold } from './outbox';
import { Storage, type StoredSession } from './storage';
import { Timeline } from './timeline';

const PAGE = 50;
/** Enough of the record's end to learn how the last turn came out. */
const TAIL = 6;
/** How long a stop may take to show before we ask what became of it. */
const STOP_PATIENCE = 3_000;

export interface Notice {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** What changed: an answer's text, which comes often and may be drawn lazily; earlier messages above; or anything. */
export type Change = 'text' | 'older' | 'all';

/** One visitor's conversation: begins or resumes it, follows it, sends, stops. Knows nothing of the screen. */
export class Conversation {
  readonly timeline = new Timeline();
  readonly #api: HubApi;
  readonly #storage: Storage;
  readonly #pause = new Pause();
  readonly #refusals = new Backoff(250, 60_000);
  #outbox: Outbox;
  #feed: EventFeed | undefined;
  #session: StoredSession | undefined;
  #beginning = false;
  #closed = false;

  /** Said once, above the text field, until the next message is sent or it is dismissed. */
  notice: Notice | undefined;
  connection: 'connecting' | 'open' | 'lost' = 'connecting';
  /** The first page of the record has come: an empty conversation really is empty. */
  loaded = false;
  loadingOlder = false;
  stopping = false;
  /** Refused text, to be put back into the text field. */
  returned: string | undefined;
  #creating: Hold | undefined;
  #draft: string;

  constructor(
    base: URL,
    private readonly changed: (change: Change) => void,
  ) {
    this.#api = new HubApi(base);
    this.#storage = new Storage(`bothub:${base.pathname}:`);
    this.#draft = this.#storage.draft;
    this.#outbox = this.#newOutbox();
  }

  get bot(): Bot | undefined {
    return this.#session?.bot;
  }

  get hold(): Hold | undefined {
    return this.#outbox.hold ?? this.#creating;
  }

  /** What stands in the text field. Stored, but not read again: another tab has a draft of its own. */
  get draft(): string {
    return this.#draft;
  }

  set draft(text: string) {
    this.#storage.draft = this.#draft = text;
  }

  start(): void {
    const stored = this.#storage.session;
    for (const { id, text } of this.#outbox.items) this.timeline.add({ id, role: 'user', text, state: 'sending' });
    if (stored) this.#enter(stored);
    else void this.#begin();
  }

  close(): void {
    this.#closed = true;
    this.#feed?.close();
    this.#outbox.close();
    this.#pause.wake();
  }

  /** The network or the reader is back: waiting out a back-off now would only look broken. */
  hurry(): void {
    this.#feed?.hurry();
    this.#outbox.hurry();
    if (this.#creating?.reason === 'unreachable') this.#pause.wake();
  }

  send(text: string): void {
    const item = { id: newId(), text };
    this.notice = undefined;
    this.timeline.add({ ...item, role: 'user', state: 'sending', at: new Date().toISOString() });
    this.#outbox.add(item);
    if (this.#session) void this.#outbox.pump();
    this.changed('all');
  }

  async stop(): Promise<void> {
    const session = this.#session;
    if (!session || this.stopping || !this.timeline.busy) return;
    this.stopping = true;
    this.changed('all');
    const retry = new Backoff();
    while (this.stopping && session === this.#session && !this.#closed) {
      try {
        await this.#api.stop(session);
        await pause(STOP_PATIENCE);
        break;
      } catch (error) {
        if (error instanceof HubError && !error.passing) break;
        await pause(retry.next());
      }
    }
    // The end of the run has cleared the flag by now, unless there was nothing left to stop.
    if (!this.stopping || session !== this.#session) return;
    this.stopping = false;
    await this.#readRecord(session, TAIL);
    this.changed('all');
  }

  /** Begins afresh. The old conversation goes on at the server, and there is a way back to it. */
  startOver(): void {
    const previous = this.#session;
    for (const { id } of this.#outbox.items) this.#outbox.drop(id);
    const goBack = { label: texts.goBack, run: () => previous && this.#resume(previous) };
    this.#forget();
    void this.#begin(previous ? { text: texts.newConversationStarted, action: goBack } : undefined);
  }

  async loadOlder(): Promise<void> {
    const before = this.timeline.oldest;
    const session = this.#session;
    if (!session || !before || this.loadingOlder || !this.timeline.hasOlder) return;
    this.loadingOlder = true;
    this.changed('all');
    try {
      const page = await this.#api.messages(session, PAGE, before);
      if (session === this.#session && before === this.timeline.oldest) this.timeline.prepend(page);
    } catch {
      // The next scroll to the top asks again.
    } finally {
      this.loadingOlder = false;
      this.changed('older');
    }
  }

  dismissNotice(): void {
    this.notice = undefined;
    this.changed('all');
  }

  #resume(session: StoredSession): void {
    this.#forget();
    this.#enter(session);
    this.changed('all');
  }

  #forget(): void {
    this.#feed?.close();
    this.#outbox.close();
    this.#outbox = this.#newOutbox();
    this.#session = undefined;
    this.#storage.session = undefined;
    this.timeline.clear();
    this.notice = undefined;
    this.connection = 'connecting';
    this.loaded = this.stopping = false;
  }

  async #begin(notice?: Notice, delay = 0): Promise<void> {
    if (this.#beginning) return;
    this.#beginning = true;
    this.changed('all');
    if (delay > 0) await pause(delay);
    const retry = new Backoff(1_000, 30_000);
    while (!this.#closed) {
      try {
        const { conversation, token, bot } = await this.#api.create();
        this.notice = notice;
        this.#enter({ conversation, token, bot });
        break;
      } catch (error) {
        const asked = error instanceof HubError ? error.retryAfter : undefined;
        const pause = Math.max(retry.next(), asked ?? 0);
        const tooMany = error instanceof HubError && error.status === 429;
        this.#creating = { until: Date.now() + pause, reason: tooMany ? 'tooMany' : 'unreachable' };
        this.changed('all');
        await this.#pause.wait(pause);
        this.#creating = undefined;
      }
    }
    this.#beginning = false;
    this.changed('all');
  }

  #enter(session: StoredSession): void {
    this.#session = session;
    this.#storage.session = session;
    const current = (handle: () => void) => () => void (session === this.#session && handle());
    const feed = new EventFeed((after, signal) => this.#api.events(session, after, signal), {
      opened: anchored => current(() => this.#opened(session, anchored))(),
      event: event => current(() => this.#received(session, event))(),
      dropped: attempt => current(() => this.#dropped(attempt))(),
      gone: current(() => this.#gone()),
    });
    this.#feed = feed;
    feed.start();
    void this.#outbox.pump();
  }

  /** The order matters: the stream first, then the record, so that nothing falls between the two. */
  #opened(session: StoredSession, anchored: boolean): void {
    this.#refusals.reset();
    this.connection = 'open';
    if (!anchored) {
      this.timeline.streamBeginsNow();
      void this.#readRecord(session, PAGE);
    }
    this.#outbox.hurry();
    this.changed('all');
  }

  #received(session: StoredSession, event: HubEvent): void {
    if (event.type === 'CUSTOM' && event.name === 'notice') {
      this.#meet(session, { ...session.bot, notice: event.value.text });
      return this.changed('all');
    }
    const applied = this.timeline.apply(event);
    if (applied === 'desync') return this.#feed?.restart();
    if (applied === 'ended') {
      this.stopping = false;
      void this.#readOutcome(session);
    }
    if (applied !== 'ignored') this.changed(applied === 'text' ? 'text' : 'all');
  }

  #meet(session: StoredSession, bot: Bot): void {
    session.bot = bot;
    this.#storage.session = session;
  }

  #dropped(attempt: number): void {
    // One quick reconnect is nothing to alarm anybody with.
    if (attempt > 1) this.connection = 'lost';
    this.changed('all');
  }

  #gone(): void {
    const unsent = this.#outbox.items;
    this.#forget();
    for (const { id, text } of unsent) this.timeline.add({ id, role: 'user', text, state: 'sending' });
    // A conversation that was never open for us would be lost in the same way at once: then slower each time.
    void this.#begin({ text: texts.conversationEnded }, this.#refusals.next());
  }

  /** The stream does not tell which questions a turn answered, nor times; the record does, a moment later at worst. */
  async #readOutcome(session: StoredSession): Promise<void> {
    for (let tries = 1; tries <= 4; tries++) {
      await this.#readRecord(session, TAIL);
      if (!this.timeline.recordLags) return;
      await pause(tries * 500);
    }
  }

  async #readRecord(session: StoredSession, limit: number): Promise<void> {
    const retry = new Backoff();
    while (session === this.#session && !this.#closed) {
      try {
        const page = await this.#api.messages(session, limit);
        if (session !== this.#session) return;
        this.timeline.merge(page);
        this.loaded = true;
        if (page.bot) this.#meet(session, page.bot);
        return this.changed('all');
      } catch (error) {
        if (error instanceof HubError && error.gone) return session === this.#session ? this.#gone() : undefined;
        await pause(retry.next());
      }
    }
  }

  #newOutbox(): Outbox {
    const outbox: Outbox = new Outbox(this.#storage, {
      send: item => this.#api.send(this.#session as Session, item.id, item.text),
      accepted: (item, position) => {
        this.timeline.acknowledge(item.id, position);
        this.changed('all');
      },
      refused: (item, error) => this.#refused(item.id, item.text, error),
      gone: () => outbox === this.#outbox && this.#gone(),
      changed: () => this.changed('all'),
    });
    return outbox;
  }

  #refused(id: string, text: string, error: HubError): void {
    this.timeline.remove(id);
    this.returned = text;
    this.notice = { text: error.status === 413 ? texts.tooLong : texts.refused };
    this.changed('all');
  }
}
