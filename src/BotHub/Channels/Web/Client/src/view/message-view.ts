import { html, nothing, type TemplateResult } from 'lit';
import type { Message } from '../state/timeline';
import { texts } from '../texts';
import '../markdown/answer-element';
import { copyButton } from './copy';
import { icon } from './icons';

const copyButtons = new WeakMap<Message, HTMLButtonElement>();

/** Kept per message, so that a redraw does not take the "Copied" tick away. */
function copyAnswer(message: Message, current: (id: string) => string): HTMLButtonElement {
  let button = copyButtons.get(message);
  if (!button) copyButtons.set(message, (button = copyButton(texts.copyAnswer, () => current(message.id))));
  return button;
}

function time(at: string | undefined): TemplateResult | typeof nothing {
  if (at === undefined) return nothing;
  const date = new Date(at);
  return html`<time datetime=${at} title=${date.toLocaleString()}>${date.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' })}</time>`;
}

function footer(message: Message, current: (id: string) => string): TemplateResult | typeof nothing {
  if (message.state === 'answering') return nothing;
  const { usage } = message;
  return html`<footer>
    ${message.text === '' ? nothing : copyAnswer(message, current)} ${time(message.at)}
    ${usage
      ? html`<span title=${texts.usageDetail(usage.promptTokens, usage.completionTokens)}>${texts.usage(usage.completionTokens, usage.milliseconds)}</span>`
      : nothing}
    ${message.state === 'stopped' ? html`<span>${texts.stopped}</span>` : nothing}
    ${message.state === 'failed' ? html`<span class="bad">${texts.failed}</span>` : nothing}
  </footer>`;
}

/** The hub ends a failed answer with an apology in its own text; only what is not said there is said here. */
function failure(message: Message): TemplateResult | typeof nothing {
  const { state, text, role, error } = message;
  if (state !== 'failed' || (role === 'assistant' && text !== '' && text.includes(error ?? ''))) return nothing;
  return html`<p class="failed">${icon('info')}<span dir="auto">${error ?? texts.answerFailed}</span></p>`;
}

function answer(message: Message, botName: string, current: (id: string) => string): TemplateResult {
  return html`<article class="message assistant" data-id=${message.id} data-state=${message.state}>
    <h2 class="unseen">${botName}</h2>
    <bothub-answer dir="auto" .content=${{ text: message.text, open: message.state === 'answering' }}></bothub-answer>
    ${failure(message)} ${footer(message, current)}
  </article>`;
}

function question(message: Message): TemplateResult {
  return html`<article class="message user" data-id=${message.id} data-state=${message.state}>
    <h2 class="unseen">${texts.youSaid}</h2>
    <p class="bubble" dir="auto">${message.text}</p>
    ${message.state === 'sending' ? html`<p class="state sending">${texts.sending}</p>` : nothing} ${failure(message)}
  </article>`;
}

/** @param current the text of a message by id, at the time it is copied */
export function messageView(message: Message, botName: string, current: (id: string) => string): TemplateResult {
  return message.role === 'user' ? question(message) : answer(message, botName, current);
}
