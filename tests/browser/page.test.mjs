// The chat page against a hub that does as it is told.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { axe, corrections, openBrowser, openChat, say, shown, until, waitSettled } from './browser.mjs';
import { FakeHub, frame, pause } from './fake-hub.mjs';
import { hostile } from './hostile.mjs';

let browser, hub, page;

before(async () => (browser = await openBrowser()));
after(() => browser.close());
beforeEach(async () => (hub = await new FakeHub().start()));
afterEach(async () => {
  await page?.close();
  await hub.kill();
});

const open = async () => (page = await openChat(browser, hub.url));
const pieces = (text, size = 7) => text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'));
const words = count => Array.from({ length: count }, (_, i) => `word${i} `);
const texts = messages => messages.map(m => m.text);
const record = () => texts(hub.only.messages);
const button = name => page.getByRole('button', { name, exact: true });
const status = () => page.getByRole('status');
const answers = () => page.locator('bothub-answer');

async function right() {
  assert.deepEqual(page.wrongs, []);
  assert.equal(await corrections(page), 0);
  assert.deepEqual(texts(await shown(page)), record());
}

test('A question is answered, and the page says by whom', async () => {
  hub.answer = () => ({ deltas: ['Hello ', '**there**'], usage: { promptTokens: 20, completionTokens: 3, milliseconds: 1200 } });
  await open();
  await say(page, 'Hi <b>you</b>');
  const messages = await waitSettled(page, 2);
  assert.deepEqual(texts(messages), ['Hi <b>you</b>', 'Hello **there**']);
  assert.equal(await page.locator('.bubble').innerText(), 'Hi <b>you</b>');
  assert.equal(await answers().innerHTML().then(h => h.includes('<strong>there</strong>')), true);
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Acme Assistant');
  assert.equal(await page.locator('.model').innerText(), 'echo-1');
  assert.equal(await page.title(), 'Acme Assistant');
  await page.getByText('3 tokens · 1.2 s').waitFor();
  await right();
});

test('The notice is shown, follows the hub, and goes', async () => {
  hub.bot = { ...hub.bot, notice: 'No language model is configured.' };
  await open();
  const banner = page.getByRole('note');
  assert.equal(await banner.innerText(), 'No language model is configured.');
  await page.reload();
  assert.equal(await banner.innerText(), 'No language model is configured.');
  await until(page, () => hub.only.streams.size > 0);
  hub.only.write({ type: 'CUSTOM', name: 'notice', value: { text: 'The model is loading.' } });
  await page.getByText('The model is loading.').waitFor();
  hub.only.write({ type: 'CUSTOM', name: 'notice', value: { text: null } });
  await banner.waitFor({ state: 'detached' });
});

test('Hostile answers are text and nothing else', async () => {
  hub.answer = text => ({ deltas: pieces(hostile[Number(text)], 5), delay: 0 });
  await open();
  await page.evaluate(() => (window.hacked = () => window.bothubWrong('hacked')));
  for (let i = 0; i < hostile.length; i++) {
    await say(page, String(i));
    await waitSettled(page, 2 * i + 2);
  }
  const dom = await answers().evaluateAll(all => all.flatMap(a => [...a.querySelectorAll('*')].map(e => ({
    tag: e.localName,
    attributes: e.getAttributeNames(),
    href: e.getAttribute('href'),
    rel: e.getAttribute('rel'),
    inDecoration: e.closest('button') !== null,
  }))));
  const content = dom.filter(e => !e.inDecoration);
  const tags = new Set(content.map(e => e.tag));
  for (const tag of ['script', 'img', 'svg', 'iframe', 'style', 'link', 'form', 'input', 'math', 'base', 'meta', 'bothub-chat']) assert.ok(!tags.has(tag), tag);
  const names = new Set(content.flatMap(e => e.attributes));
  for (const name of names) assert.match(name, /^(href|rel|target|class|dir|tabindex|role|aria-label|align|data-lang|start)$/);
  for (const link of content.filter(e => e.tag === 'a')) {
    assert.match(link.href, /^(https?|mailto):/);
    assert.equal(link.rel, 'noopener nofollow');
  }
  await pause(300);
  await right();
  assert.deepEqual(await axe(page), []);
});

const document = `# Title

Intro with *emphasis*, a [link](https://example.com/a?b=c&d=e) and \`code\`.
Second line
===

1. one

2. two

   inside two
   - nested
3. three

10. not ten

Para
- a
- b

\`\`\`js
const a = 1;

// not *markdown*
\`\`\`

    indented

    code

> quote
lazy

| a | b |
|:--|--:|
| 1 | 2<br>3 |

~~~
unclosed? no
~~~

See [later][ref] and [earlier].

* * *

##### Deep heading
Line with trailing\\
break and 20~25 and https://example.com.

[ref]: https://example.com/ref
[earlier]: https://example.com/earlier

<div>html</div>

- [ ] task
- [x] done

last **bold *both* and \`tick\r\nwindows line`;

test('An answer that grew by single characters looks like one that came whole', async () => {
  hub.answer = text => ({ deltas: text === 'slow' ? pieces(document, 1) : [document], delay: 1 });
  await open();
  await say(page, 'slow');
  await waitSettled(page, 2);
  await say(page, 'whole');
  await waitSettled(page, 4);
  await page.reload();
  await waitSettled(page, 4);
  await page.locator('.hljs-keyword').nth(1).waitFor();
  const [slow, whole] = await answers().evaluateAll(all => all.map(a => a.innerText));
  assert.equal(slow, whole);
  await say(page, 'slow');
  await waitSettled(page, 6);
  await page.locator('.hljs-keyword').nth(2).waitFor();
  const flat = html => html.replace(/<\/?div class="tail">/g, '').replace(/<!--.*?-->/g, '').replace(/>\s+</g, '><');
  const [first, , third] = await answers().evaluateAll(all => all.map(a => a.innerHTML));
  assert.equal(flat(third).replace(/<\/div>$/, ''), flat(first).replace(/<\/div>$/, ''));
  await right();
});

test('A long answer is drawn block by block, each finished block once', async () => {
  const section = i => `## Part ${i}\n\nSome *words* about ${i}, then more of them.\n\n\`\`\`js\nlet x${i} = ${i};\n\`\`\`\n\n- a\n- b\n\n`;
  const deltas = pieces(Array.from({ length: 60 }, (_, i) => section(i)).join(''), 6);
  hub.answer = () => ({ deltas, delay: 1 });
  await open();
  await page.evaluate(() => {
    window.counts = { added: 0, removed: 0, draws: 0 };
    new MutationObserver(() => {
      const answer = window.bothubAnswer ?? (window.bothubAnswer = document.querySelector('bothub-chat').shadowRoot.querySelector('bothub-answer'));
      if (!answer || window.observed) return;
      window.observed = true;
      new MutationObserver(records => {
        window.counts.draws++;
        for (const r of records) {
          window.counts.added += r.addedNodes.length;
          window.counts.removed += r.removedNodes.length;
        }
      }).observe(answer, { childList: true });
    }).observe(document.querySelector('bothub-chat').shadowRoot, { childList: true, subtree: true });
  });
  await say(page, 'long');
  await waitSettled(page, 2);
  const counts = await page.evaluate(() => window.counts);
  assert.equal(counts.removed, 0, 'a finished block was taken away');
  assert.ok(counts.added >= 200, `only ${counts.added} nodes were finished before the end`);
  assert.ok(counts.draws <= 60 * 4, `${counts.draws} draws`);
  await right();
});

test('A reload in mid-answer goes on where the answer is', async () => {
  hub.answer = () => ({ deltas: words(120), delay: 20 });
  await open();
  await say(page, 'tell');
  await until(page, m => m.length === 2 && m[1].text.length > 100);
  await page.reload();
  await until(page, m => m.length === 2 && m[1].state === 'answering' && m[1].text.length > 100);
  await waitSettled(page, 2);
  await right();
});

test('A dropped stream is taken up again without a gap or a repeat', async () => {
  hub.answer = () => ({ deltas: words(100), delay: 20 });
  await open();
  await say(page, 'tell');
  for (const length of [60, 300]) {
    await until(page, m => m[1]?.text.length > length);
    hub.drop();
  }
  await waitSettled(page, 2);
  assert.equal(hub.count('GET events'), 3);
  await right();
});

test('When the hub begins an answer anew, the page replaces what it showed', async () => {
  hub.answer = () => ({ deltas: words(40), delay: 20 });
  await open();
  await say(page, 'tell');
  await until(page, m => m[1]?.text.length > 60);
  const { port, conversations } = hub;
  await hub.kill();
  hub.only.stopped = true;
  await hub.lastRun;
  await status().getByText('Reconnecting').waitFor();
  const c = hub.only;
  c.messages[1] = { ...c.messages[1], text: '', state: 'answering' };
  Object.assign(c, { nextId: 2_000_001, heldFrom: 2_000_001, feed: [] });
  hub = await new FakeHub().start(port);
  hub.conversations = conversations;
  await until(page, m => m.length === 2 && m[1].text === '');
  assert.equal(c.streams.size, 1);
  for (const delta of ['Another ', 'answer.']) {
    c.messages[1].text += delta;
    c.write({ type: 'TEXT_MESSAGE_CONTENT', messageId: c.messages[1].id, delta });
  }
  c.messages[1].state = 'done';
  c.write({ type: 'TEXT_MESSAGE_END', messageId: c.messages[1].id, state: 'done' });
  c.write({ type: 'RUN_FINISHED', threadId: c.id, runId: 't1' });
  const messages = await waitSettled(page, 2);
  assert.deepEqual(texts(messages), ['tell', 'Another answer.']);
  assert.equal(await status().innerText(), '');
  await right();
});

test('An event told twice counts once, and an answer without a beginning makes the page ask again', async () => {
  await open();
  await say(page, 'one');
  await waitSettled(page, 2);
  const c = hub.only;
  for (const stream of c.streams) for (const entry of c.feed) stream.write(frame(entry));
  const missed = { id: 'missed', role: 'assistant', text: 'Begun unheard, ', at: new Date(), state: 'answering', turn: 't2' };
  c.messages.push(missed);
  missed.text += 'heard ';
  c.write({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'missed', delta: 'heard ' });
  await until(page, m => m[2]?.text === 'Begun unheard, heard ');
  missed.text += 'to the end.';
  c.write({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'missed', delta: 'to the end.' });
  missed.state = 'done';
  c.write({ type: 'TEXT_MESSAGE_END', messageId: 'missed', state: 'done' });
  c.write({ type: 'RUN_FINISHED', threadId: c.id, runId: 't2' });
  assert.equal((await waitSettled(page, 3))[2].text, 'Begun unheard, heard to the end.');
  await right();
});

test('Stop keeps what was shown', async () => {
  hub.answer = () => ({ deltas: words(500), delay: 20 });
  await open();
  await say(page, 'tell');
  await until(page, m => m[1]?.text.length > 60);
  await button('Stop').click();
  await waitSettled(page, 2);
  await until(page, m => m[1].state === 'stopped');
  await page.getByText('Stopped').waitFor();
  assert.equal(await page.evaluate(() => document.querySelector('bothub-chat').shadowRoot.activeElement?.localName), 'textarea');
  await say(page, 'again');
  await until(page, m => m[3]?.text.length > 60);
  await page.keyboard.press('Escape');
  await until(page, m => m[3].state === 'stopped');
  await right();
});

test('A failed answer says so under what was shown', async () => {
  hub.answer = () => ({ deltas: ['Half an'], error: 'The model did not answer in time.' });
  await open();
  await say(page, 'tell');
  const messages = await waitSettled(page, 2);
  assert.equal(messages[1].state, 'failed');
  await page.locator('.assistant .failed', { hasText: 'The model did not answer in time.' }).waitFor();
  hub.answer = () => ({ error: 'Nothing came.' });
  await say(page, 'more');
  await page.locator('.user .failed', { hasText: 'Nothing came.' }).waitFor();
  assert.equal(await button('Stop').count(), 0);
  const apology = '\n\n(Something went wrong here and the answer is incomplete.)';
  hub.answer = () => ({ deltas: ['Half', apology], error: `Half${apology}` });
  await say(page, 'once more');
  await waitSettled(page, 5);
  await page.locator('.assistant').last().getByText('Failed', { exact: true }).waitFor();
  assert.equal(await page.locator('.failed').count(), 2);
  await right();
});

test('The place in the queue is shown while waiting', async () => {
  hub.answer = () => ({ deltas: ['Done.'], queue: { position: 3, seconds: 12, hold: 400 } });
  await open();
  await say(page, 'tell');
  await page.getByText('Number 3 in the queue, about 12 s').waitFor();
  await waitSettled(page, 2);
  await right();
});

test('Too many messages: the page counts down and sends the same message again', async () => {
  await open();
  hub.fail('POST messages', 429, { headers: { 'Retry-After': '2' } });
  await say(page, 'one');
  await status().getByText(/Too many messages at once\. Sending again in [12] s\./).waitFor();
  await say(page, 'two');
  await waitSettled(page, 4);
  assert.equal(hub.only.turns, 2);
  assert.equal(await status().innerText(), '');
  await right();
});

for (const [name, arrange] of [
  ['the store is away', () => hub.fail('POST messages', 503)],
  ['the network is away', () => hub.fail('POST messages', 0, { times: 2 })],
  ['the reply was lost', () => hub.loseReply('POST messages')],
]) {
  test(`A message is sent again, and answered once, when ${name}`, async () => {
    await open();
    arrange();
    await say(page, 'one');
    await waitSettled(page, 2);
    assert.ok(hub.count('POST messages') >= 2);
    assert.equal(hub.only.turns, 1);
    await right();
  });
}

test('A message written while the hub is away survives a reload', async () => {
  await open();
  hub.fail('POST messages', 503, { times: 1, headers: { 'Retry-After': '60' } });
  await say(page, 'keep me');
  await status().getByText('cannot be reached').waitFor();
  await page.getByRole('textbox').fill('a draft');
  await page.reload();
  await waitSettled(page, 2);
  assert.equal(await page.getByRole('textbox').inputValue(), 'a draft');
  assert.equal(hub.only.turns, 1);
  await right();
});

test('A message that is too long comes back into the text field', async () => {
  await open();
  hub.fail('POST messages', 413);
  await say(page, 'far too long');
  await status().getByText('This message is too long.').waitFor();
  assert.equal(await page.getByRole('textbox').inputValue(), 'far too long');
  assert.deepEqual(await shown(page), []);
  await page.getByRole('textbox').press('Enter');
  await waitSettled(page, 2);
  await right();
});

test('An expired conversation is followed by a new one, and what was unsent goes there', async () => {
  await open();
  await say(page, 'one');
  await waitSettled(page, 2);
  hub.fail('POST messages', 401);
  await say(page, 'two');
  const messages = await waitSettled(page, 2);
  assert.deepEqual(texts(messages), ['two', 'You said: two']);
  await status().getByText('The earlier conversation is no longer available.').waitFor();
  assert.equal(hub.conversations.size, 2);
  await right();
});

test('A hub that cannot be reached at first is tried again', async () => {
  hub.fail('POST conversations', 503, { times: 1 });
  await open();
  await status().getByText('Trying again in 1 s').waitFor();
  await say(page, 'early');
  await waitSettled(page, 2);
  await right();
});

test('A new conversation is empty, and there is a way back', async () => {
  await open();
  await say(page, 'one');
  await waitSettled(page, 2);
  await button('New conversation').click();
  await page.getByText('Ask anything to begin.').waitFor();
  await button('Go back').click();
  assert.deepEqual(texts(await waitSettled(page, 2)), ['one', 'You said: one']);
});

test('Earlier messages come when the reader scrolls up, and nothing jumps', async () => {
  await open();
  await until(page, () => hub.only.streams.size > 0);
  for (let i = 0; i < 120; i++) {
    hub.only.messages.push({ id: `m${i}`, role: i % 2 ? 'assistant' : 'user', text: `message ${i}`, at: new Date(), state: 'done', turn: 't' });
  }
  await page.reload();
  await until(page, m => m.length === 50 && m[0].text === 'message 70');
  const log = page.getByRole('log');
  await log.hover();
  await page.mouse.wheel(0, -10_000);
  await until(page, m => m.length === 100);
  const seen = await page.locator('[data-id=m70]').boundingBox();
  assert.ok(seen.y > -300 && seen.y < 700, `message 70 is at ${seen.y}`);
  await page.mouse.wheel(0, -10_000);
  await until(page, m => m.length === 120 && m[0].text === 'message 0');
  await button('Jump to latest').click();
  await button('Jump to latest').waitFor({ state: 'detached' });
  await right();
});

test('A reader who scrolled up is left alone', async () => {
  hub.answer = () => ({ deltas: Array.from({ length: 150 }, (_, i) => `Paragraph ${i}\n\n`), delay: 15 });
  await open();
  await say(page, 'tell');
  await until(page, m => m[1]?.text.length > 1200);
  const log = page.getByRole('log');
  await log.hover();
  await page.mouse.wheel(0, -300);
  await button('Jump to latest').waitFor();
  const before = await log.evaluate(e => e.scrollTop);
  await waitSettled(page, 2);
  assert.equal(await log.evaluate(e => e.scrollTop), before);
  await button('Jump to latest').click();
  await button('Jump to latest').waitFor({ state: 'detached' });
  await right();
});

test('Keys: Enter sends, Shift+Enter breaks the line, an unfinished word is not sent', async () => {
  await open();
  const box = page.getByRole('textbox');
  await box.pressSequentially('one');
  await box.press('Shift+Enter');
  await box.pressSequentially('two');
  const tall = (await box.boundingBox()).height;
  await box.evaluate(e => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
  assert.deepEqual(await shown(page), []);
  await box.press('Enter');
  assert.equal((await waitSettled(page, 2))[0].text, 'one\ntwo');
  assert.ok((await box.boundingBox()).height < tall);
  await right();
});

test('Code and answers can be copied exactly', async () => {
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: hub.url });
  hub.answer = () => ['Look:\n\n```js\nconst a = "<b>";\n```\n'];
  await open();
  await say(page, 'tell');
  await waitSettled(page, 2);
  await button('Copy code').click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'const a = "<b>";');
  await button('Copy answer').click();
  await button('Copied').first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'Look:\n\n```js\nconst a = "<b>";\n```\n');
  await right();
});

test('The highlighter is fetched only once there is code', async () => {
  const fetched = [];
  hub.answer = text => [text === 'code' ? '```js\nconst a = 1;\n```' : 'No code.'];
  await open();
  page.on('request', r => r.url().includes('highlighter') && fetched.push(r.url()));
  await say(page, 'text');
  await waitSettled(page, 2);
  assert.equal(fetched.length, 0);
  await say(page, 'code');
  await page.locator('.hljs-keyword').waitFor();
  assert.equal(fetched.length, 1);
  await right();
});
