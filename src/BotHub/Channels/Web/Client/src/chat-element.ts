import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Conversation, type Change } from './state/conversation';
import type { Message } from './state/timeline';
import { styles } from './styles/index';
import { texts } from './texts';
import './view/composer-element';
import type { ComposerElement } from './view/composer-element';
import { icon } from './view/icons';
import { messageView } from './view/message-view';
import { ScrollKeeper } from './view/scroll-keeper';

/** A growing answer is drawn this often at most; less often when drawing is slow, so that typing stays smooth. */
const DRAW_EVERY = 60;
const NEAR_TOP = 200;

/**
 * The whole chat: `<bothub-chat endpoint="/hub/">` fills the box it is put in. Tells `bothub-bot` when the bot is known.
 * Without `endpoint` the hub is the page's own folder.
 */
export class ChatElement extends LitElement {
  static override styles = styles;
  static override properties = { endpoint: {} };

  declare endpoint: string | null;
  #conversation: Conversation | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #countdown: ReturnType<typeof setTimeout> | undefined;
  #drawStarted = 0;
  #drawing = 0;
  #toldBot: string | undefined;
  #filledTo: string | undefined;
  #heldAt: (() => void) | undefined;
  readonly #scroll = new ScrollKeeper(() => this.requestUpdate());
  readonly #hurry = (): void => {
    if (document.visibilityState === 'visible') this.#conversation?.hurry();
  };

  constructor() {
    super();
    this.endpoint = null;
  }

  /** What is shown, as the server said it. */
  get messages(): readonly Readonly<Message>[] {
    return (this.#conversation?.timeline.messages ?? []).map(m => ({ ...m }));
  }

  /** How often a finished answer had to be corrected from the server's record; 0 when no event was ever lost. */
  get corrections(): number {
    return this.#conversation?.timeline.corrections ?? 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const endpoint = this.endpoint ? this.endpoint.replace(/\/?$/, '/') : '.';
    this.#conversation = new Conversation(new URL(endpoint, document.baseURI), change => this.#changed(change));
    this.#conversation.start();
    void this.updateComplete.then(() => this.#attachScroll());
    window.addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#hurry);
    this.addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#hurry);
    this.removeEventListener('keydown', this.#key);
    this.#scroll.detach();
    this.#conversation?.close();
    clearTimeout(this.#countdown);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  override render(): TemplateResult | typeof nothing {
    const chat = this.#conversation;
    if (!chat) return nothing;
    const { bot, timeline } = chat;
    return html`
      <header>
        <span class="avatar">${icon('bot')}</span>
        <div class="title">
          <h1><bdi>${bot?.name ?? 'BotHub'}</bdi></h1>
          ${bot?.model ? html`<p class="model"><bdi>${bot.model}</bdi></p>` : nothing}
        </div>
        <button type="button" class="new" title=${texts.newConversation} aria-label=${texts.newConversation} @click=${this.#startOver}>
          ${icon('plus')}<span>${texts.newConversation}</span>
        </button>
      </header>
      ${bot?.notice ? html`<p class="banner" role="note" dir="auto">${icon('info')}<span>${bot.notice}</span></p>` : nothing}
      <div class="log" role="log" tabindex="0" aria-label=${texts.conversation} aria-busy=${timeline.busy} @scroll=${this.#scrolled}>
        <div class="column">
          ${chat.loadingOlder ? html`<p class="hint">${texts.loadingOlder}</p>` : nothing}
          ${chat.loaded && timeline.messages.length === 0 ? this.#empty(bot?.name) : nothing}
          ${repeat(
            timeline.messages,
            m => m.id,
            m => messageView(m, bot?.name ?? texts.answer, id => chat.timeline.find(id)?.text ?? ''),
          )}
          ${this.#awaiting(chat)}
        </div>
      </div>
      <div class="foot">
        ${this.#scroll.following
          ? nothing
          : html`<button type="button" class="jump" @click=${() => this.#scroll.toEnd(true)}>${icon('down')}${texts.jumpToLatest}</button>`}
        <div class="column">
          <div role="status">${this.#status(chat)}</div>
          <bothub-composer
            .busy=${timeline.busy}
            .stopping=${chat.stopping}
            .text=${chat.draft}
            @draft=${(e: CustomEvent<string>) => (chat.draft = e.detail)}
            @send=${(e: CustomEvent<string>) => this.#send(e.detail)}
            @stop=${() => void chat.stop()}
          ></bothub-composer>
          <p class="disclaimer">${texts.aiCanBeWrong}</p>
        </div>
      </div>
    `;
  }

  protected override willUpdate(): void {
    this.#drawStarted = performance.now();
  }

  protected override firstUpdated(): void {
    // On a phone this would open the keyboard over the conversation.
    if (matchMedia('(pointer: fine)').matches) this.#composer?.updateComplete.then(() => this.#composer?.focus());
  }

  protected override updated(_: PropertyValues): void {
    this.#drawing = performance.now() - this.#drawStarted;
    this.#heldAt?.();
    this.#heldAt = undefined;
    this.#scroll.follow();
    this.#tick();
    this.#fill();
    const bot = this.#conversation?.bot;
    if (bot && bot.name !== this.#toldBot) {
      this.#toldBot = bot.name;
      this.dispatchEvent(new CustomEvent('bothub-bot', { detail: { name: bot.name, model: bot.model }, bubbles: true }));
    }
  }


  get #composer(): ComposerElement | null {
    return this.renderRoot.querySelector<ComposerElement>('bothub-composer');
  }

  #attachScroll(): void {
    const log = this.renderRoot.querySelector<HTMLElement>('.log');
    const content = log?.querySelector<HTMLElement>('.column');
    if (log && content) this.#scroll.attach(log, content);
  }

  /** A log too short to scroll cannot ask for earlier messages by being scrolled. */
  #fill(): void {
    const log = this.renderRoot.querySelector('.log');
    const oldest = this.#conversation?.timeline.oldest;
    if (!log || log.scrollHeight > log.clientHeight || oldest === this.#filledTo) return;
    this.#filledTo = oldest;
    void this.#conversation?.loadOlder();
  }

  #empty(name: string | undefined): TemplateResult {
    return html`<div class="empty">
      <span class="avatar">${icon('bot')}</span>
      <p class="greeting" dir="auto">${name ?? 'BotHub'}</p>
      <p>${texts.emptyHint}</p>
    </div>`;
  }

  #awaiting(chat: Conversation): TemplateResult | typeof nothing {
    const { timeline } = chat;
    if (!timeline.busy || timeline.messages.some(m => m.role === 'assistant' && m.state === 'answering' && m.text !== '')) return nothing;
    const { queue } = timeline;
    return html`<p class="awaiting">
      <span class="dots" role="img" aria-label=${texts.awaiting}><i></i><i></i><i></i></span>
      ${queue ? html`<span>${texts.queued(queue.position, queue.seconds)}</span>` : nothing}
    </p>`;
  }

  #status(chat: Conversation): TemplateResult | typeof nothing {
    const { hold, notice } = chat;
    if (hold) {
      const seconds = Math.max(1, Math.ceil((hold.until - Date.now()) / 1000));
      return html`<p class="notice">${hold.reason === 'tooMany' ? texts.tooMany(seconds) : texts.unreachable(seconds)}</p>`;
    }
    if (chat.connection === 'lost') return html`<p class="notice">${texts.reconnecting}</p>`;
    if (!notice) return nothing;
    const { action } = notice;
    return html`<p class="notice">
      <span dir="auto">${notice.text}</span>
      ${action ? html`<button type="button" class="link" @click=${action.run}>${action.label}</button>` : nothing}
      <button type="button" class="icon" title=${texts.dismiss} aria-label=${texts.dismiss} @click=${() => chat.dismissNotice()}>${icon('close')}</button>
    </p>`;
  }

  #changed(change: Change): void {
    const chat = this.#conversation;
    if (chat?.returned !== undefined) {
      chat.draft = [chat.returned, chat.draft].filter(Boolean).join('\n');
      chat.returned = undefined;
    }
    if (change === 'older') this.#heldAt ??= this.#scroll.hold();
    if (change !== 'text') return this.requestUpdate();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.requestUpdate();
    }, Math.max(DRAW_EVERY, this.#drawing * 4));
  }

  /** A countdown is shown: draw again when its next second begins. */
  #tick(): void {
    clearTimeout(this.#countdown);
    const hold = this.#conversation?.hold;
    if (hold) this.#countdown = setTimeout(() => this.requestUpdate(), ((hold.until - Date.now()) % 1000) + 10);
  }

  #send(text: string): void {
    this.#scroll.toEnd(false);
    this.#conversation?.send(text);
  }

  #startOver(): void {
    this.#conversation?.startOver();
    this.#scroll.toEnd(false);
    this.#composer?.focus();
  }

  #scrolled(event: Event): void {
    this.#scroll.scrolled();
    if ((event.target as HTMLElement).scrollTop < NEAR_TOP && !this.#scroll.following) void this.#conversation?.loadOlder();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.isComposing) void this.#conversation?.stop();
  };
}

customElements.define('bothub-chat', ChatElement);
