// Starts the fake Telegram as a process of its own and plays its people over HTTP.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createServer } from "node:http";
import { once } from "node:events";

const dll = process.env.FAKE_TELEGRAM_DLL ?? new URL("../BotHub.FakeTelegram/bin/Debug/net10.0/BotHub.FakeTelegram.dll", import.meta.url).pathname;

export class Telegram {
  static async start() {
    const process_ = spawn("dotnet", [dll, "--port", "0", "--empty", "yes"], { stdio: ["ignore", "pipe", "inherit"] });
    const telegram = new Telegram();
    telegram.process = process_;
    for await (const line of createInterface({ input: process_.stdout })) {
      if (line.startsWith("api")) telegram.url = line.slice(3).trim().replace(/\/$/, "");
      if (line.startsWith("page")) break;
    }
    if (!telegram.url) throw new Error("The fake Telegram did not start.");
    return telegram;
  }

  async stop() {
    this.process.kill("SIGTERM");
    if (this.process.exitCode === null) await once(this.process, "exit");
    this.process.stdout.destroy();
    // All tests are told by now. What one that failed left open must not hold the suite for ever.
    setTimeout(() => process.exit(), 3_000).unref();
  }

  async play(path, body) {
    const answer = await fetch(`${this.url}/play/${path}`, body === undefined ? {} : {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(json.error);
    return json;
  }

  /** A bot of its own for a test, with a person who has opened its chat. */
  async scene(username) {
    const bot = await this.play("bots", { username });
    const user = await this.play("users", { firstName: "Ada", username: `ada_${username}` });
    const chat = await this.play("chats", { kind: "private", bot: bot.id, user: user.id });
    return {
      bot, user, id: chat.id, token: bot.token,
      say: (text, more) => this.play(`chats/${chat.key}/say`, { text, ...more }),
      act: (what, body = {}) => this.play(`chats/${chat.key}/${what}`, body),
      look: () => this.play(`chats/${chat.key}`),
      shows: (text) => this.play(`wait?chat=${chat.key}&contains=${encodeURIComponent(text)}`),
    };
  }
}

/** A promise with its handles outside. */
export function later() {
  const handle = {};
  handle.promise = new Promise((resolve, reject) => Object.assign(handle, { resolve, reject }));
  return handle;
}

/** Listens on a free port of this machine. */
export async function listen(handler) {
  const server = createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}/hook`, close: () => { server.closeAllConnections(); server.close(); } };
}
