import { css } from 'lit';

/** Colours for the highlighter's classes. */
export const codeColours = css`
  :is(.hljs-comment, .hljs-quote, .hljs-meta) {
    color: var(--code-comment);
  }

  :is(.hljs-keyword, .hljs-selector-tag, .hljs-literal, .hljs-type, .hljs-doctag) {
    color: var(--code-keyword);
  }

  :is(.hljs-string, .hljs-regexp, .hljs-addition, .hljs-char) {
    color: var(--code-string);
  }

  :is(.hljs-number, .hljs-symbol, .hljs-bullet, .hljs-variable, .hljs-template-variable) {
    color: var(--code-number);
  }

  :is(.hljs-title, .hljs-section, .hljs-link, .hljs-selector-id, .hljs-selector-class) {
    color: var(--code-title);
  }

  :is(.hljs-attr, .hljs-attribute, .hljs-name, .hljs-built_in, .hljs-tag, .hljs-property) {
    color: var(--code-name);
  }

  .hljs-deletion {
    color: var(--bad);
  }

  .hljs-emphasis {
    font-style: italic;
  }

  .hljs-strong {
    font-weight: 650;
  }
`;
