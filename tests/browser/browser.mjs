// Chromium with nothing of its own going on, and a page that reports what it must never do.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  ...['--disable-component-update', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
];

/** A fresh browser profile; close() removes it. */
export async function openBrowser(options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'bothub-browser-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
    viewport: { width: 1100, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(20_000);
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Opens the chat and watches it. `page.wrongs` collects CSP reports, script errors, foreign requests. */
export async function openChat(browser, url) {
  const page = await browser.context.newPage();
  page.wrongs = [];
  await page.exposeFunction('bothubWrong', wrong => page.wrongs.push(wrong));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', e => window.bothubWrong(`CSP ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  page.on('pageerror', error => page.wrongs.push(`error ${error.stack}`));
  page.on('request', request => {
    const foreign = !request.url().startsWith(url) && !request.url().startsWith('data:') && !request.url().startsWith('blob:');
    if (foreign) page.wrongs.push(`request ${request.url()}`);
  });
  page.on('console', message => {
    if (/Content.Security.Policy/i.test(message.text())) page.wrongs.push(`console ${message.text()}`);
  });
  await page.goto(url);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  return page;
}

export async function say(page, text) {
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill(text);
  await box.press('Enter');
}

/** The messages as the element holds them. */
export const shown = page => page.evaluate(() => document.querySelector('bothub-chat').messages);

export const corrections = page => page.evaluate(() => document.querySelector('bothub-chat').corrections);

/** Waits until the element's messages satisfy a condition and returns them. */
export async function until(page, condition) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const messages = await shown(page);
    if (condition(messages)) return messages;
    if (Date.now() > deadline) throw new Error(`The page still shows ${JSON.stringify(messages, null, 2)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

const finals = ['done', 'stopped', 'failed'];

/** Waits for this many messages, none of them unfinished. */
export const waitSettled = (page, count) =>
  until(page, messages => messages.length >= count && messages.every(m => finals.includes(m.state)));

/** Accessibility violations, WCAG 2.2 AA and best practice. */
export async function axe(page) {
  // The page's CSP rightly refuses an injected script element; the debugger's evaluation is not the page's.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(v => `${v.id} (${v.impact}): ${v.nodes.map(n => `${n.target} ${n.html} ${n.failureSummary}`).join(' | ')}`);
}
