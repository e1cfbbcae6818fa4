import remend from 'remend';
import type { Token } from 'marked';
import { decorate } from './decorate';
import { highlight } from './highlight';
import { asCode, lex, newOutline, render, type Links, type Outline } from './renderer';

export interface Content {
  readonly text: string;
  /** More text is expected. */
  readonly open: boolean;
}

/** Only what half-written Markdown needs; the final text is rendered as it is. */
const repairs = { katex: false, comparisonOperators: false, singleTilde: false, htmlTags: false, linkMode: 'text-only' } as const;

/**
 * Shows Markdown that grows. The text is cut into top-level blocks; a block that can no longer change is rendered once and
 * never touched again, so the cost of a long answer is that of its last block, and selections and scroll positions stay.
 */
export class AnswerElement extends HTMLElement {
  #given: Content | undefined;
  #text = '';
  /** Sources of the finished blocks, and how far into the text they reach. */
  #finished: string[] = [];
  #reach = 0;
  /** How far the text has been searched for finished blocks. */
  #searched = 0;
  #links: Links = {};
  #outline: Outline = newOutline();
  readonly #tail = document.createElement('div');
  /** The growing code block at the tail, if that is all the tail is. */
  #growing: { lang: string; node: Text } | undefined;

  constructor() {
    super();
    this.#tail.className = 'tail';
  }

  set content(content: Content) {
    const { text, open } = content;
    if (text === this.#given?.text && open === this.#given.open) return;
    this.#given = content;
    // Offsets stay valid while the text only grows: each \r becomes one \n, and a \n after it adds nothing.
    const normal = text.replace(/\r\n?/g, '\n');
    if (!normal.startsWith(this.#text)) this.#reset();
    this.#text = normal;
    if (this.#tail.parentNode !== this) this.append(this.#tail);
    if (open) this.#grow();
    else this.#conclude();
  }

  #reset(): void {
    this.replaceChildren(this.#tail);
    this.#tail.replaceChildren();
    this.#finished = [];
    this.#reach = this.#searched = 0;
    this.#links = {};
    this.#outline = newOutline();
    this.#growing = undefined;
  }

  #grow(): void {
    this.#finishBlocks();
    const rest = this.#text.slice(this.#reach);
    const [token, another] = lex(rest, { ...this.#links });
    const code = asCode(token);
    if (code && !another && this.#growCode(code.lang ?? '', code.text)) return;
    const tokens = code && !another ? [code] : lex(remend(rest, repairs), { ...this.#links });
    this.#showTail(tokens);
    if (code && !another) this.#rememberCode(code.lang ?? '');
  }

  /** Looks at whole lines only: the beginning of a line ("1" of "1. next") may pretend to be another block. */
  #finishBlocks(): void {
    const end = this.#text.lastIndexOf('\n') + 1;
    if (end <= this.#searched) return;
    this.#searched = end;
    const tokens = lex(this.#text.slice(this.#reach, end), this.#links);
    // Blank lines may still turn out to be inside the block before them, so the last real block stays open.
    const last = tokens.findLastIndex(t => t.type !== 'space');
    this.#finish(tokens.slice(0, Math.max(0, last)));
  }

  #finish(tokens: readonly Token[]): void {
    for (const token of tokens) {
      if (!this.#text.startsWith(token.raw, this.#reach)) return;
      this.#reach += token.raw.length;
      if (token.type === 'space') continue;
      this.#finished.push(token.raw.trimEnd());
      const block = render([token], this.#outline);
      decorate(block);
      highlight(block);
      this.#tail.before(block);
      this.#tail.replaceChildren();
      this.#growing = undefined;
    }
  }

  /** Once the text is complete, the blocks on screen must be those of the text read in one piece. */
  #conclude(): void {
    const links: Links = {};
    const tokens = lex(this.#text, links).filter(t => t.type !== 'space');
    const same = this.#finished.every((source, i) => source === tokens[i]?.raw.trimEnd());
    // A link may be defined below its use.
    const keep = same && Object.keys(links).length === 0 ? this.#finished.length : 0;
    if (keep === 0) this.#reset();
    this.#showTail(tokens.slice(keep));
    highlight(this.#tail);
  }

  #showTail(tokens: readonly Token[]): void {
    const fragment = render(tokens, { ...this.#outline });
    decorate(fragment);
    this.#tail.replaceChildren(fragment);
    this.#growing = undefined;
  }

  #rememberCode(lang: string): void {
    const node = this.#tail.querySelector('pre > code')?.firstChild;
    if (node instanceof Text) this.#growing = { lang, node };
  }

  #growCode(lang: string, text: string): boolean {
    const growing = this.#growing;
    if (!growing || growing.lang !== lang || !text.startsWith(growing.node.data)) return false;
    if (text.length > growing.node.length) growing.node.appendData(text.slice(growing.node.length));
    return true;
  }
}

customElements.define('bothub-answer', AnswerElement);
