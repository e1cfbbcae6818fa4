// The page in the dark, on a phone, from right to left: no accessibility violation anywhere, nothing wider than the screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, openBrowser, openChat, say, waitSettled } from './browser.mjs';
import { FakeHub } from './fake-hub.mjs';

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const answer = `## Heading

Words, a [link](https://example.com/), \`code\` and a_very_long_identifier_${'x'.repeat(80)}.

\`\`\`python
def f(x: int) -> str:  # a comment that is a good deal wider than any telephone ever was or ever will be
    return f"{x}"
\`\`\`

| Name | Number | A third column with a long head | And a fourth |
|---|---:|---|---|
| one | 1 | words and words and words | more |

> A quote.

1. first
   - nested
`;

for (const [name, options, direction] of [
  ['in the light', {}],
  ['in the dark', { colorScheme: 'dark' }],
  ['on a phone', phone],
  ['on a phone in the dark', { ...phone, colorScheme: 'dark' }],
  ['from right to left', {}, 'rtl'],
  ['with reduced motion and at twice the zoom', { reducedMotion: 'reduce', viewport: { width: 550, height: 400 }, deviceScaleFactor: 2 }],
]) {
  test(`The page is accessible and fits ${name}`, async () => {
    const hub = await new FakeHub().start();
    const browser = await openBrowser(options);
    try {
      hub.bot = { ...hub.bot, notice: 'No language model is configured.' };
      hub.answer = text => (text === 'fail' ? { deltas: ['Half'], error: 'It failed.' } : { deltas: [answer], usage: { promptTokens: 9, completionTokens: 9, milliseconds: 900 } });
      const page = await openChat(browser, hub.url);
      if (direction) await page.evaluate(d => (document.documentElement.dir = d), direction);
      await page.getByText('Ask anything to begin.').waitFor();
      assert.deepEqual(await axe(page), [], 'empty');

      await say(page, 'tell');
      await waitSettled(page, 2);
      await page.locator('.hljs-keyword').first().waitFor();
      assert.deepEqual(await axe(page), [], 'answered');

      await say(page, 'fail');
      await waitSettled(page, 4);
      hub.fail('POST messages', 429, { headers: { 'Retry-After': '60' } });
      await say(page, 'too fast');
      await page.getByRole('status').getByText('Too many messages').waitFor();
      await page.locator('.sending').evaluate(e => Promise.all(e.getAnimations().map(a => a.finished)));
      assert.deepEqual(await axe(page), [], 'failed and held');

      const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= width, `${wide} > ${width}`);
      const sides = await page.getByRole('log').evaluate(e => [e.scrollWidth, e.clientWidth]);
      assert.ok(sides[0] <= sides[1], `the log scrolls sideways: ${sides}`);
      assert.deepEqual(page.wrongs, []);
    } finally {
      await browser.close();
      await hub.kill();
    }
  });
}

test('A page under a path of its own talks to the hub there', async () => {
  const hub = await new FakeHub().start();
  const browser = await openBrowser();
  try {
    const page = await openChat(browser, hub.url);
    const urls = [];
    page.on('request', r => urls.push(new URL(r.url()).pathname));
    await page.evaluate(() => {
      const chat = document.createElement('bothub-chat');
      chat.setAttribute('endpoint', '/hub');
      document.querySelector('bothub-chat').replaceWith(chat);
    });
    await page.waitForTimeout(300);
    assert.deepEqual(urls.slice(0, 1), ['/hub/api/chat/conversations']);
  } finally {
    await browser.close();
    await hub.kill();
  }
});
