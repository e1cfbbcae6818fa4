// The bot to compare with: grammY as its documentation sets it up for production. Webhook over node's own http, the session plugin with its
// Redis storage holding the last ten messages, the answer an echo. Arguments by environment, so that no token stands in a command line.
import { createServer } from "node:http";
import { Bot, session, webhookCallback } from "grammy";
import { RedisAdapter } from "@grammyjs/storage-redis";
import { Redis } from "ioredis";

const { BENCH_TOKEN, BENCH_API, BENCH_SECRET, BENCH_REDIS, BENCH_PORT } = process.env;
const redis = new Redis(Number(BENCH_REDIS), "127.0.0.1");
const bot = new Bot(BENCH_TOKEN, { client: { apiRoot: BENCH_API.replace(/\/$/, "") } });
bot.use(session({ initial: () => ({ history: [] }), storage: new RedisAdapter({ instance: redis }) }));
bot.on("message:text", async (ctx) => {
  const { history } = ctx.session;
  history.push({ role: "user", text: ctx.message.text, at: ctx.message.date });
  await ctx.api.sendMessage(ctx.chat.id, ctx.message.text);
  history.push({ role: "assistant", text: ctx.message.text, at: ctx.message.date });
  if (history.length > 10) history.splice(0, history.length - 10);
});
await bot.init();
const handle = webhookCallback(bot, "http", { secretToken: BENCH_SECRET, timeoutMilliseconds: 60_000 });
const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(BENCH_PORT), "127.0.0.1", async () => {
  await bot.api.setWebhook(`http://127.0.0.1:${BENCH_PORT}/hook`, { secret_token: BENCH_SECRET, max_connections: 100 });
  console.log("ready");
});
process.on("SIGTERM", () => process.exit(0));
