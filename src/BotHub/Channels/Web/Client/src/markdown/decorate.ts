import { copyButton } from '../view/copy';
import { texts } from '../texts';

const languageNames: Record<string, string> = {
  cpp: 'C++', cs: 'C#', csharp: 'C#', css: 'CSS', html: 'HTML', js: 'JavaScript', javascript: 'JavaScript', json: 'JSON',
  py: 'Python', sh: 'Shell', bash: 'Bash', sql: 'SQL', ts: 'TypeScript', typescript: 'TypeScript', xml: 'XML', yaml: 'YAML', yml: 'YAML',
};

function languageName(lang: string): string {
  return languageNames[lang.toLowerCase()] ?? (lang ? lang[0]?.toUpperCase() + lang.slice(1) : texts.code);
}

/** Gives code its head and copy button, and lets wide code and tables scroll by themselves, by keyboard too. */
export function decorate(root: ParentNode): void {
  for (const pre of root.querySelectorAll('pre')) {
    const code = pre.querySelector('code');
    const lang = code?.dataset['lang'] ?? '';
    const figure = document.createElement('figure');
    figure.className = 'code';
    figure.dir = 'ltr';
    const head = document.createElement('figcaption');
    head.append(languageName(lang), copyButton(texts.copyCode, () => code?.textContent ?? ''));
    pre.tabIndex = 0;
    pre.replaceWith(figure);
    figure.append(head, pre);
  }
  for (const table of root.querySelectorAll('table')) {
    const box = document.createElement('div');
    box.className = 'table';
    box.tabIndex = 0;
    box.role = 'region';
    box.ariaLabel = texts.table;
    table.replaceWith(box);
    box.append(table);
  }
}
