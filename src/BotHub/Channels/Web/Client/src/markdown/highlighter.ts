import hljs from 'highlight.js/lib/common';

export function toHtml(text: string, lang: string): string | undefined {
  if (!hljs.getLanguage(lang)) return undefined;
  return hljs.highlight(text, { language: lang, ignoreIllegals: true }).value;
}
