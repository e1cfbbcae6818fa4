import { css } from 'lit';

/** Every colour and measure. All pairs of text and ground reach 4.5:1; a host page may override the `--bothub-*` ones. */
export const tokens = css`
  :host {
    --accent: var(--bothub-accent, #0f6cbd);
    --on-accent: var(--bothub-on-accent, #fff);
    --ground: var(--bothub-ground, #fff);
    --raised: #f4f5f9;
    --line: #dfe1e8;
    --text: var(--bothub-text, #1b1c20);
    --quiet: #5a5f6b;
    --link: #0b5ca8;
    --warn-ground: #fff6e0;
    --warn-line: #f0d48a;
    --warn-text: #5c4300;
    --bad: #b3261e;
    --code-comment: #626975;
    --code-keyword: #7a2fc9;
    --code-name: #9a4b00;
    --code-number: #0a6a64;
    --code-string: #146c2e;
    --code-title: #0b5ca8;
    --measure: 46rem;
    --radius: 14px;
    color-scheme: light dark;
    font-family: var(--bothub-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, 'Helvetica Neue', sans-serif);
    --mono: ui-monospace, 'Cascadia Code', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  }

  @media (prefers-color-scheme: dark) {
    :host {
      --accent: var(--bothub-accent, #1a6fbc);
      --ground: var(--bothub-ground, #15171b);
      --raised: #1f2228;
      --line: #343842;
      --text: var(--bothub-text, #e6e8ec);
      --quiet: #a3a9b5;
      --link: #7cb8f2;
      --warn-ground: #332a12;
      --warn-line: #5f4d1c;
      --warn-text: #f3d98b;
      --bad: #ffb4ab;
      --code-comment: #969dab;
      --code-keyword: #cba6f7;
      --code-name: #f0a871;
      --code-number: #7fd6ce;
      --code-string: #9bd6a0;
      --code-title: #8ec2f5;
    }
  }
`;
