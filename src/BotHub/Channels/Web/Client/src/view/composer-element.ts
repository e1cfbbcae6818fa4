import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { texts } from '../texts';
import { icon } from './icons';

/** Tells `draft` and `send` with the text, and `stop`. It lives in the chat's own tree, so that the chat's styles apply. */
export class ComposerElement extends LitElement {
  static override properties = { busy: { attribute: false }, stopping: { attribute: false }, text: { attribute: false } };

  declare busy: boolean;
  declare stopping: boolean;
  declare text: string;

  constructor() {
    super();
    this.busy = this.stopping = false;
    this.text = '';
  }

  override createRenderRoot(): HTMLElement {
    return this;
  }

  override focus(): void {
    this.querySelector('textarea')?.focus();
  }

  override render(): TemplateResult {
    const empty = this.text.trim() === '';
    const send = html`<button type="submit" class="round" ?disabled=${empty} title=${texts.send} aria-label=${texts.send}>${icon('send')}</button>`;
    const stopLabel = this.stopping ? texts.stopping : texts.stop;
    const stop = html`<button
      type="button"
      class="round stop"
      aria-disabled=${this.stopping}
      title=${stopLabel}
      aria-label=${stopLabel}
      @click=${this.#stop}
    >
      ${icon('stop')}
    </button>`;
    return html`<form @submit=${this.#submit}>
      <textarea
        rows="1"
        dir="auto"
        enterkeyhint="send"
        autocomplete="off"
        placeholder=${texts.placeholder}
        aria-label=${texts.messageLabel}
        .value=${this.text}
        @input=${this.#input}
        @keydown=${this.#key}
      ></textarea>
      ${this.busy ? stop : nothing} ${this.busy && empty ? nothing : send}
    </form>`;
  }

  protected override updated(changes: PropertyValues<this>): void {
    if (changes.has('text')) this.#fit();
    // The button that had the focus may be gone.
    if (changes.has('busy') && this.#hadFocus && !this.contains((this.getRootNode() as ShadowRoot).activeElement)) this.focus();
  }

  #hadFocus = false;

  protected override willUpdate(): void {
    this.#hadFocus = this.contains((this.getRootNode() as ShadowRoot).activeElement);
  }

  /** As tall as its text; the style sheet sets the limit. Where the browser can do this by itself, it does. */
  #fit(): void {
    const area = this.querySelector('textarea');
    if (!area || CSS.supports('field-sizing', 'content')) return;
    area.style.blockSize = 'auto';
    area.style.blockSize = `${area.scrollHeight}px`;
  }

  #input(event: InputEvent): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.#tell('draft', this.text);
  }

  #key(event: KeyboardEvent): void {
    // While a word is being composed (Chinese, Japanese, Korean input), Enter picks the word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.text.trim();
    if (text === '') return;
    this.text = '';
    this.#tell('draft', '');
    this.#tell('send', text);
    this.focus();
  }

  #stop(): void {
    if (!this.stopping) this.#tell('stop');
  }

  #tell(name: 'draft' | 'send' | 'stop', detail?: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define('bothub-composer', ComposerElement);
