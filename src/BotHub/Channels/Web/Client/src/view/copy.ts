import { texts } from '../texts';
import { iconElement } from './icons';

/** The clipboard API is missing where a hub on the local network is reached over plain http; the old way still works there. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  Object.assign(area.style, { position: 'fixed', opacity: '0' });
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'icon copy';
  const show = (name: 'copy' | 'check', title: string): void => {
    button.replaceChildren(iconElement(name));
    button.title = button.ariaLabel = title;
  };
  show('copy', label);
  button.addEventListener('click', async () => {
    await copy(text());
    show('check', texts.copied);
    setTimeout(() => show('copy', label), 1_500);
  });
  return button;
}
