import { css } from 'lit';

/** The frame: head, banner, scrolling log, composer. */
export const layout = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    background: var(--ground);
    color: var(--text);
    font-size: 1rem;
    line-height: 1.55;
    text-align: start;
    -webkit-text-size-adjust: 100%;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  h1,
  h2,
  p {
    margin: 0;
  }

  svg {
    inline-size: 1.25rem;
    block-size: 1.25rem;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    cursor: pointer;
  }

  :focus-visible {
    outline: 2px solid var(--link);
    outline-offset: 2px;
  }

  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .column {
    inline-size: 100%;
    max-inline-size: var(--measure);
    margin-inline: auto;
    padding-inline: max(1rem, env(safe-area-inset-left)) max(1rem, env(safe-area-inset-right));
  }

  header {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: max(0.625rem, env(safe-area-inset-top)) max(1rem, env(safe-area-inset-right)) 0.625rem max(1rem, env(safe-area-inset-left));
    border-block-end: 1px solid var(--line);
  }

  .avatar {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 50%;
    background: var(--accent);
    color: var(--on-accent);
  }

  .title {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.3;
  }

  h1 {
    font-size: 1rem;
    font-weight: 650;
  }

  h1,
  .model {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .model {
    font-size: 0.8125rem;
    color: var(--quiet);
  }

  .icon {
    display: inline-grid;
    place-items: center;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    padding: 0;
    flex: none;
    border-radius: 10px;
    color: var(--quiet);
  }


  .new {
    display: flex;
    align-items: center;
    gap: 0.375rem;
    min-block-size: 2.5rem;
    padding-inline: 0.625rem 0.875rem;
    border-radius: 10px;
    color: var(--quiet);
    font-size: 0.875rem;
  }


  /* A finger leaves no hover behind. */
  @media (hover: hover) {
    :is(.icon, .new):hover {
      background: var(--raised);
      color: var(--text);
    }
  }

  @media (max-width: 40rem) {
    .new {
      padding-inline: 0.625rem;
    }

    .new span {
      display: none;
    }
  }

  .banner {
    display: flex;
    justify-content: center;
    gap: 0.5rem;
    padding: 0.5rem max(1rem, env(safe-area-inset-right)) 0.5rem max(1rem, env(safe-area-inset-left));
    background: var(--warn-ground);
    border-block-end: 1px solid var(--warn-line);
    color: var(--warn-text);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }

  .banner svg {
    inline-size: 1.125rem;
    block-size: 1.3rem;
  }

  .log {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
    scrollbar-gutter: stable both-edges;
    scrollbar-width: thin;
  }

  .log:focus-visible {
    outline-offset: -3px;
  }

  .log .column {
    padding-block: 1.25rem 1.5rem;
  }

  .empty {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.5rem;
    padding-block: 18vh 2rem;
    color: var(--quiet);
    text-align: center;
  }

  .empty .avatar {
    inline-size: 3.5rem;
    block-size: 3.5rem;
  }

  .empty .avatar svg {
    inline-size: 2rem;
    block-size: 2rem;
  }

  .greeting {
    margin-block-start: 0.5rem;
    color: var(--text);
    font-size: 1.5rem;
    font-weight: 650;
  }

  .hint {
    padding-block-end: 1rem;
    color: var(--quiet);
    font-size: 0.875rem;
    text-align: center;
  }

  .foot {
    position: relative;
    padding-block-end: max(0.5rem, env(safe-area-inset-bottom));
  }

  .jump {
    position: absolute;
    inset-block-end: calc(100% + 0.5rem);
    inset-inline: 0;
    inline-size: fit-content;
    margin-inline: auto;
    display: flex;
    align-items: center;
    gap: 0.375rem;
    padding: 0.375rem 0.875rem 0.375rem 0.625rem;
    border: 1px solid var(--line);
    border-radius: 999px;
    background: var(--ground);
    box-shadow: 0 2px 10px rgb(0 0 0 / 0.16);
    font-size: 0.875rem;
  }

  .jump:hover {
    background: var(--raised);
  }

  .jump svg {
    inline-size: 1rem;
    block-size: 1rem;
  }

  .notice {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-block-size: 2.5rem;
    margin-block-end: 0.5rem;
    padding-block: 0.25rem;
    padding-inline: 0.875rem 0.25rem;
    border-radius: var(--radius);
    background: var(--raised);
    font-size: 0.875rem;
  }

  .notice > span {
    flex: 1;
  }

  .notice .icon {
    inline-size: 2rem;
    block-size: 2rem;
  }

  .notice .icon:hover {
    background: var(--line);
  }

  .link {
    padding: 0.25rem 0.5rem;
    border-radius: 8px;
    color: var(--link);
    font-weight: 600;
  }

  .link:hover {
    text-decoration: underline;
  }

  form {
    display: flex;
    align-items: flex-end;
    gap: 0.375rem;
    padding: 0.375rem;
    border: 1px solid var(--line);
    border-radius: 1.625rem;
    background: var(--ground);
    box-shadow: 0 1px 6px rgb(0 0 0 / 0.06);
  }

  form:focus-within {
    border-color: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }

  textarea {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 2.5rem;
    max-block-size: min(40dvh, 14rem);
    padding: 0.5rem 0.875rem;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    line-height: 1.5;
    resize: none;
    field-sizing: content;
    overflow-y: auto;
    scrollbar-width: thin;
  }

  /* The whole form shows the focus. */
  textarea:focus-visible {
    outline: 0;
  }

  textarea::placeholder {
    color: var(--quiet);
    opacity: 1;
  }

  .round {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    padding: 0;
    border-radius: 50%;
    background: var(--accent);
    color: var(--on-accent);
  }

  .round:hover:not(:disabled) {
    filter: brightness(1.08);
  }

  .round:disabled {
    background: var(--raised);
    color: var(--quiet);
    cursor: default;
  }

  /* Beside the send button, stopping is the lesser thing to do. */
  .stop:not(:last-child) {
    background: var(--raised);
    color: var(--text);
  }

  .stop svg path {
    fill: currentColor;
  }

  .stop[aria-disabled='true'] {
    opacity: 0.6;
    cursor: default;
  }

  .disclaimer {
    padding-block-start: 0.375rem;
    color: var(--quiet);
    font-size: 0.75rem;
    text-align: center;
  }

  @media (forced-colors: active) {
    form:focus-within {
      outline: 2px solid Highlight;
    }
  }
`;
