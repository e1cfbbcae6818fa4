// A hub of one process and no persistence that speaks the web channel's contract, with levers for what goes wrong in real life.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const wwwroot = fileURLToPath(new URL('../../src/BotHub/wwwroot/', import.meta.url));

export const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const types = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

class Conversation {
  messages = [];
  feed = [];
  /** Events before this id are no longer held. */
  heldFrom = 1;
  nextId = 1;
  streams = new Set();
  turns = 0;
  stopped = false;

  constructor(id, token) {
    Object.assign(this, { id, token });
  }

  get answering() {
    return this.messages.find(m => m.role === 'assistant' && m.state === 'answering');
  }

  write(event) {
    const entry = { id: this.nextId++, event };
    this.feed.push(entry);
    for (const stream of this.streams) stream.write(frame(entry));
    return entry.id;
  }

  snapshot() {
    return { type: 'MESSAGES_SNAPSHOT', messages: this.messages };
  }
}

export const frame = ({ id, event }) => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;

export class FakeHub {
  conversations = new Map();
  bot = { name: 'Acme Assistant', model: 'echo-1', notice: null };
  /** Makes the answer to a text: an array of deltas, or `{ deltas, delay, usage, error, queue }`. */
  answer = text => [`You said: ${text}`];
  requests = [];
  #failures = [];
  #sockets = new Set();
  #server;

  async start(port = 0) {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(error => response.destroy(error));
    });
    this.#server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise(resolve => this.#server.listen(port, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}/`;
    return this;
  }

  /** Gone without a word, as after kill -9. */
  async kill() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** Cuts every open event stream; the hub lives on. */
  drop() {
    for (const c of this.conversations.values()) for (const stream of c.streams) stream.destroy();
  }

  /** Lets the next calls whose `METHOD last-path-part` is this fail; status 0 hangs up. */
  fail(call, status, { times = 1, headers = {}, body } = {}) {
    this.#failures.push({ call, status, times, headers, body });
  }

  /** Does what the next such call asks for, and hangs up instead of answering. */
  loseReply(call) {
    this.#failures.push({ call, lost: true, times: 1 });
  }

  get only() {
    return [...this.conversations.values()].at(-1);
  }

  count(call) {
    return this.requests.filter(r => r === call).length;
  }

  async #handle(request, response) {
    const url = new URL(request.url, this.url);
    response.setHeader('Content-Security-Policy', csp);
    if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response);

    const [, id, call] = url.pathname.match(/^\/api\/chat\/conversations(?:\/([^/]+)\/([^/]+))?$/) ?? [];
    const name = `${request.method} ${call ?? 'conversations'}`;
    this.requests.push(name);
    const failure = this.#failures.find(f => f.call === name);
    if (failure) {
      if (--failure.times === 0) this.#failures.splice(this.#failures.indexOf(failure), 1);
      if (failure.lost) response.writeHead = () => response.destroy();
      else if (failure.status === 0) return response.destroy();
      else return problem(response, failure.status, failure.body, failure.headers);
    }
    const body = request.method === 'POST' ? await json(request) : undefined;
    if (name === 'POST conversations') return this.#create(response);

    const conversation = this.conversations.get(decodeURIComponent(id));
    if (request.headers.authorization !== `Bearer ${conversation?.token}`) return problem(response, 401);
    switch (name) {
      case 'POST messages': return this.#accept(conversation, body, response);
      case 'GET messages': return this.#list(conversation, url.searchParams, response);
      case 'GET events': return this.#events(conversation, url.searchParams.get('after'), request, response);
      case 'POST stop':
        conversation.stopped = true;
        return reply(response, 202, {});
      default: return problem(response, 404);
    }
  }

  async #file(path, response) {
    const file = normalize(join(wwwroot, path === '/' ? 'index.html' : path));
    try {
      if (!file.startsWith(wwwroot)) throw new Error('outside');
      const content = await readFile(file);
      response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'text/plain' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  #create(response) {
    const n = this.conversations.size + 1;
    const conversation = new Conversation(`web:acme:${n}`, `token-${n}`);
    this.conversations.set(conversation.id, conversation);
    reply(response, 201, { conversation: conversation.id, token: conversation.token, expiresAt: new Date(Date.now() + 86_400_000), bot: this.bot });
  }

  #accept(conversation, { id, text }, response) {
    if (!conversation.messages.some(m => m.id === id)) {
      conversation.messages.push({ id, role: 'user', text, at: new Date(), state: 'queued', turn: '' });
      this.lastRun = this.run(conversation, id, text);
    }
    reply(response, 202, { message: id, position: 0 });
  }

  /** One turn. Tests may also call it, or write events by themselves. */
  async run(conversation, id, text) {
    const made = this.answer(text);
    const { deltas, delay = 5, usage, error, queue } = Array.isArray(made) ? { deltas: made } : made;
    const turn = `t${++conversation.turns}`;
    const user = conversation.messages.find(m => m.id === id);
    await pause(delay);
    if (queue) {
      conversation.write({ type: 'CUSTOM', name: 'queue', value: queue });
      await pause(queue.hold ?? 0);
    }
    conversation.stopped = false;
    user.state = 'answering';
    conversation.write({ type: 'RUN_STARTED', threadId: conversation.id, runId: turn });
    const message = { id: `${id}-a`, role: 'assistant', text: '', at: new Date(), state: 'answering', turn };
    if (deltas) {
      conversation.messages.push(message);
      conversation.write({ type: 'TEXT_MESSAGE_START', messageId: message.id, role: 'assistant' });
      for (const delta of deltas) {
        if (conversation.stopped) break;
        message.text += delta;
        conversation.write({ type: 'TEXT_MESSAGE_CONTENT', messageId: message.id, delta });
        if (delay >= 0) await pause(delay);
      }
    }
    message.state = error ? 'failed' : conversation.stopped ? 'stopped' : 'done';
    if (deltas) conversation.write({ type: 'TEXT_MESSAGE_END', messageId: message.id, state: message.state });
    user.state = error && !deltas ? 'failed' : 'done';
    if (usage) conversation.write({ type: 'CUSTOM', name: 'usage', value: usage });
    if (error) conversation.write({ type: 'RUN_ERROR', message: error, code: 'failed' });
    else conversation.write({ type: 'RUN_FINISHED', threadId: conversation.id, runId: turn });
  }

  #list(conversation, query, response) {
    const limit = Number(query.get('limit') ?? 50);
    const before = query.get('before');
    const end = before === null ? conversation.messages.length : conversation.messages.findIndex(m => m.id === before);
    const from = Math.max(0, end - limit);
    reply(response, 200, { messages: conversation.messages.slice(from, end), more: from > 0 });
  }

  #events(conversation, after, request, response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(': hello\n\n');
    const lost = after !== null && Number(after) < conversation.heldFrom - 1;
    if (lost || (after === null && conversation.answering)) {
      response.write(frame({ id: conversation.nextId - 1, event: conversation.snapshot() }));
    } else if (after !== null) {
      for (const entry of conversation.feed) if (entry.id > Number(after)) response.write(frame(entry));
    }
    conversation.streams.add(response);
    request.on('close', () => conversation.streams.delete(response));
  }
}

export const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

function reply(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response, status, body = {}, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
  response.end(JSON.stringify({ status, traceId: 'fake', ...body }));
}

async function json(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}
