import { css } from 'lit';

/** Questions, answers and the Markdown inside them. */
export const messages = css`
  .message + .message {
    margin-block-start: 1.25rem;
  }

  .user {
    display: flex;
    flex-direction: column;
    align-items: flex-end;
  }

  .bubble {
    max-inline-size: min(85%, 36rem);
    padding: 0.5rem 0.9375rem;
    border-radius: var(--radius);
    border-end-end-radius: 4px;
    background: var(--accent);
    color: var(--on-accent);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .state {
    color: var(--quiet);
    font-size: 0.8125rem;
  }

  /* Most messages are sent before the word could be read. */
  .sending {
    animation: appear 0.2s 0.8s both;
  }

  .message footer {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.125rem 0.75rem;
    min-block-size: 2rem;
    margin-block-start: 0.25rem;
    color: var(--quiet);
    font-size: 0.8125rem;
  }

  .message footer .icon {
    inline-size: 2rem;
    block-size: 2rem;
    margin-inline: -0.4375rem -0.375rem;
  }

  .copy svg {
    inline-size: 1.0625rem;
    block-size: 1.0625rem;
  }

  .failed {
    display: flex;
    gap: 0.5rem;
    margin-block-start: 0.5rem;
    color: var(--bad);
    font-size: 0.9375rem;
    overflow-wrap: anywhere;
  }

  .bad {
    color: var(--bad);
  }

  .failed svg {
    block-size: 1.45rem;
  }

  .awaiting {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-block-size: 1.5rem;
    margin-block-start: 1.25rem;
    color: var(--quiet);
    font-size: 0.875rem;
  }

  /* The answer has begun but has no word yet: its place is the dots' place. */
  .assistant[data-state='answering']:has(bothub-answer:empty, .tail:only-child:empty) + .awaiting {
    margin-block-start: 0;
  }

  .dots {
    display: inline-flex;
    gap: 0.3125rem;
  }

  .dots i {
    inline-size: 0.4375rem;
    block-size: 0.4375rem;
    border-radius: 50%;
    background: currentColor;
    animation: pulse 1.2s infinite ease-in-out;
  }

  .dots i:nth-child(2) {
    animation-delay: 0.15s;
  }

  .dots i:nth-child(3) {
    animation-delay: 0.3s;
  }

  bothub-answer {
    display: block;
    overflow-wrap: anywhere;
  }

  .tail {
    display: contents;
  }

  bothub-answer :is(p, ul, ol, blockquote, pre, h3, h4, h5, h6, hr, .code, .table) {
    margin-block: 0 0.75rem;
    margin-inline: 0;
  }

  bothub-answer > :last-child:not(.tail),
  bothub-answer > .tail > :last-child,
  bothub-answer :is(li, blockquote) > :last-child {
    margin-block-end: 0;
  }

  bothub-answer :is(h3, h4, h5, h6) {
    margin-block: 1.25rem 0.5rem;
    font-size: 1rem;
    font-weight: 650;
    line-height: 1.35;
  }

  bothub-answer > :first-child,
  bothub-answer > .tail:first-child > :first-child {
    margin-block-start: 0;
  }

  bothub-answer .h1 {
    font-size: 1.375rem;
  }

  bothub-answer .h2 {
    font-size: 1.1875rem;
  }

  bothub-answer .h3 {
    font-size: 1.0625rem;
  }

  bothub-answer :is(ul, ol) {
    padding-inline-start: 1.625rem;
  }

  bothub-answer li + li {
    margin-block-start: 0.25rem;
  }

  bothub-answer li > :is(ul, ol) {
    margin-block-start: 0.25rem;
  }

  bothub-answer li::marker {
    color: var(--quiet);
  }

  bothub-answer a {
    color: var(--link);
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 2px;
  }

  bothub-answer a:hover {
    text-decoration-thickness: 2px;
  }

  bothub-answer blockquote {
    padding-inline-start: 0.875rem;
    border-inline-start: 3px solid var(--line);
    color: var(--quiet);
  }

  bothub-answer hr {
    block-size: 1px;
    margin-block: 1.25rem;
    border: 0;
    background: var(--line);
  }

  bothub-answer code {
    font-family: var(--mono);
  }

  bothub-answer :not(pre) > code {
    font-size: 0.875em;
    padding: 0.125em 0.3125em;
    border-radius: 5px;
    background: var(--raised);
    /* One word of code inside Arabic or Hebrew text keeps its own direction. */
    unicode-bidi: isolate;
    direction: ltr;
  }

  .code {
    border: 1px solid var(--line);
    border-radius: 10px;
    overflow: hidden;
    text-align: left;
  }

  .code figcaption {
    display: flex;
    align-items: center;
    justify-content: space-between;
    padding-inline: 0.875rem 0.25rem;
    border-block-end: 1px solid var(--line);
    background: var(--raised);
    color: var(--quiet);
    font-size: 0.8125rem;
  }

  .code figcaption .icon {
    inline-size: 2rem;
    block-size: 2rem;
  }

  .code figcaption .icon:hover {
    background: var(--line);
  }

  bothub-answer .code pre {
    margin: 0;
    padding: 0.75rem 0.875rem;
    overflow-x: auto;
    overflow-wrap: normal;
    font-size: 0.875rem;
    line-height: 1.55;
    tab-size: 4;
    scrollbar-width: thin;
  }

  .code pre:focus-visible,
  .table:focus-visible {
    outline-offset: -2px;
  }

  .table {
    border: 1px solid var(--line);
    border-radius: 10px;
    overflow-x: auto;
    overflow-wrap: normal;
    scrollbar-width: thin;
  }

  table {
    inline-size: 100%;
    border-collapse: collapse;
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }

  th,
  td {
    padding: 0.5rem 0.875rem;
    text-align: start;
    vertical-align: top;
  }

  :is(th, td)[align='right'] {
    text-align: end;
  }

  :is(th, td)[align='center'] {
    text-align: center;
  }

  th {
    background: var(--raised);
    font-weight: 650;
    white-space: nowrap;
  }

  tbody tr {
    border-block-start: 1px solid var(--line);
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @keyframes pulse {
    0%,
    60%,
    100% {
      opacity: 0.35;
    }

    30% {
      opacity: 1;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .dots i {
      animation: none;
      opacity: 0.7;
    }
  }
`;
