// The chat page against the real hub, which is killed and started again: set BOTHUB_EXE to the path of BotHub.dll.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { axe, corrections, openBrowser, openChat, say, shown, until, waitSettled } from './browser.mjs';

const exe = process.env.BOTHUB_EXE;

const freePort = () =>
  new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

class Hub {
  log = '';

  async start() {
    this.folder ??= await mkdtemp(join(tmpdir(), 'bothub-hub-'));
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}/`;
    this.process = spawn('dotnet', [exe, '--urls', this.url], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, Models__Default: 'echo', Models__echo__Type: 'echo', Models__echo__CharactersPerSecond: '40', Storage__Directory: this.folder },
    });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', data => (this.log += data));
    const deadline = Date.now() + 60_000;
    for (;;) {
      // The page must cope with a hub that listens but is not ready yet.
      if (await fetch(`${this.url}health/live`).then(r => r.ok, () => false)) return;
      if (this.process.exitCode !== null || Date.now() > deadline) throw new Error(`The hub did not start:\n${this.log}`);
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise(resolve => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }

  async end() {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

test('The page and the real hub', { skip: exe ? false : 'BOTHUB_EXE is not set' }, async t => {
  const hub = new Hub();
  t.after(() => hub.end());
  await hub.start();
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await openChat(browser, hub.url);

  /** What the hub has on record, read as any client may read it. */
  const record = () =>
    page.evaluate(async () => {
      const key = Object.keys(localStorage).find(k => k.endsWith(':session'));
      const { conversation, token } = JSON.parse(localStorage.getItem(key));
      const response = await fetch(`api/chat/conversations/${conversation}/messages?limit=200`, { headers: { Authorization: `Bearer ${token}` } });
      return (await response.json()).messages;
    });

  /** Everything on the page is on record, once, character for character; nothing was reported; anybody can use it. */
  async function right(count) {
    const messages = await waitSettled(page, count);
    const kept = await record();
    const plain = all => all.map(({ id, role, text, state }) => ({ id, role, text, state }));
    assert.deepEqual(plain(messages), plain(kept));
    assert.equal(messages.length, count);
    assert.equal(new Set(messages.map(m => m.id)).size, count);
    assert.equal(await page.locator('bothub-answer').count(), count / 2);
    assert.equal(await corrections(page), 0);
    assert.deepEqual(page.wrongs, []);
    assert.deepEqual(await axe(page), []);
    return messages;
  }

  const long = n => `${n}: ${Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ')} **end**`;
  const answering = (index, length = 40) => until(page, m => m[index]?.state === 'answering' && m[index].text.length > length);

  await t.test('A conversation', async () => {
    await say(page, 'Hello, **hub**');
    const messages = await right(2);
    assert.equal(messages[1].text, 'Hello, **hub**');
    assert.equal(messages[1].state, 'done');
  });

  await t.test('A reload in mid-answer', async () => {
    await say(page, long('reload'));
    await answering(3);
    await page.reload();
    const seen = await until(page, m => m[3]?.text.length > 0);
    assert.equal(seen[3].state, 'answering', 'the answer was over before the reload');
    const messages = await right(4);
    assert.equal(messages[3].text, long('reload'));
  });

  await t.test('The hub is killed in mid-answer and started again', async () => {
    await say(page, long('kill'));
    await answering(5);
    await hub.kill();
    await hub.start();
    const messages = await right(6);
    assert.equal(messages[5].text, long('kill'));
    assert.equal(messages[5].state, 'done');
  });

  await t.test('Stop', async () => {
    await say(page, long('stop'));
    await answering(7);
    await page.getByRole('button', { name: 'Stop' }).click();
    const messages = await right(8);
    assert.equal(messages[7].state, 'stopped');
    assert.ok(messages[7].text.length > 40 && long('stop').startsWith(messages[7].text));
  });

  await t.test('What is written while the hub is away arrives once', async () => {
    await hub.kill();
    await say(page, 'Are you there?');
    await until(page, m => m.at(-1).state === 'sending');
    await hub.start();
    const messages = await right(10);
    assert.equal(messages[9].text, 'Are you there?');
  });

  await t.test('A second visitor sees nothing of the first', async () => {
    const other = await openBrowser();
    try {
      const theirs = await openChat(other, hub.url);
      assert.deepEqual(await shown(theirs), []);
    } finally {
      await other.close();
    }
  });
});
