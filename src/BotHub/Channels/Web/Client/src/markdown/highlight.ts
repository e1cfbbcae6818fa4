import { sanitize } from './renderer';

/** Beyond this, colours are not worth the wait. */
const LONGEST = 50_000;

const whenIdle: (work: () => void) => void =
  'requestIdleCallback' in window ? work => requestIdleCallback(work, { timeout: 1_000 }) : work => setTimeout(work, 50);

/** Colours finished code blocks when the browser has nothing better to do. The highlighter is fetched for the first one. */
export function highlight(root: ParentNode): void {
  for (const code of root.querySelectorAll<HTMLElement>('pre > code[data-lang]')) {
    const lang = code.dataset['lang'];
    const text = code.textContent ?? '';
    if (!lang || text.length > LONGEST) continue;
    whenIdle(async () => {
      const { toHtml } = await import('./highlighter');
      const html = toHtml(text, lang.toLowerCase());
      if (html !== undefined && code.isConnected) code.replaceChildren(sanitize(html));
    });
  }
}
