import DOMPurify from 'dompurify';
import { Lexer, Marked, type Token, type Tokens, type TokensList } from 'marked';

export type Links = TokensList['links'];

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, c => escapes[c] as string);

/** The level of the heading before: no level may be skipped on the way down, however the model numbers its headings. */
export interface Outline {
  level: number;
}

/** The page's own headings end at level 2. */
export const newOutline = (): Outline => ({ level: 2 });

let outline = newOutline();

/** Absolute http, https and mailto addresses; anything else, relative ones included, stays text. */
function safeHref(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined;
}

function anchor(href: string, html: string): string {
  const safe = safeHref(href);
  return safe ? `<a href="${escape(safe)}" target="_blank" rel="noopener nofollow">${html}</a>` : html;
}

const marked = new Marked({
  gfm: true,
  renderer: {
    // A model's HTML is text like any other. Only the line break, the one way to break a line in a table, is honoured.
    html: ({ text }) => (/^<br\s*\/?>$/i.test(text.trim()) ? '<br>' : escape(text)),
    link({ href, tokens }) {
      return anchor(href, this.parser.parseInline(tokens));
    },
    // Fetching a picture tells a stranger's server who reads this, so pictures are offered as links.
    image: ({ href, text }) => anchor(href, escape(text || href)),
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    heading({ depth, tokens }) {
      const level = (outline.level = Math.min(6, depth + 2, outline.level + 1));
      return `<h${level} class="h${depth}">${this.parser.parseInline(tokens)}</h${level}>`;
    },
    code: ({ text, lang }) => `<pre><code data-lang="${escape(lang?.match(/^[^\s{,]+/)?.[0] ?? '')}">${escape(text)}</code></pre>`,
  },
});

const purifier = DOMPurify(window);
purifier.addHook('afterSanitizeAttributes', node => {
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener nofollow');
});

const allowed = {
  ALLOWED_TAGS: [
    ...['a', 'blockquote', 'br', 'code', 'del', 'em', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre', 'span', 'strong'],
    ...['table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  ],
  ALLOWED_ATTR: ['align', 'class', 'data-lang', 'href', 'rel', 'start', 'target'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  // Attributes that hold no address need not look like one.
  ADD_URI_SAFE_ATTR: ['align', 'data-lang', 'rel', 'start', 'target'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};

/** Cuts Markdown into top-level blocks. Link definitions that went before are known, new ones are added to them. */
export function lex(markdown: string, links: Links): Token[] {
  const lexer = new Lexer(marked.defaults);
  Object.assign(lexer.tokens.links, links);
  const tokens = lexer.lex(markdown);
  Object.assign(links, tokens.links);
  return tokens;
}

export function render(tokens: readonly Token[], within: Outline): DocumentFragment {
  outline = within;
  return sanitize(marked.parser(tokens as Token[]));
}

export function sanitize(html: string): DocumentFragment {
  return purifier.sanitize(html, allowed);
}

/** The language and text of a token that is one code block, still open or closed. */
export function asCode(token: Token | undefined): Tokens.Code | undefined {
  return token?.type === 'code' ? (token as Tokens.Code) : undefined;
}
