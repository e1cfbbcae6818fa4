// telegraf against the fake Telegram: a second opinion of another client library.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Markup, Telegraf, TelegramError } from "telegraf";
import { Telegram, later, listen } from "./peer.mjs";

let telegram;
before(async () => { telegram = await Telegram.start(); });
after(() => telegram.stop());

const botOf = (scene) => new Telegraf(scene.token, { telegram: { apiRoot: telegram.url } });

test("long polling receives and answers", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("telegraf_poll_bot");
  const bot = botOf(scene);
  bot.start((ctx) => ctx.reply(`welcome ${ctx.payload}`));
  bot.on("text", (ctx) => ctx.reply(`heard ${ctx.message.text}`));
  const running = bot.launch();
  await scene.act("start", { payload: "p1" });
  await scene.shows("welcome p1");
  await scene.say("hello");
  await scene.shows("heard hello");
  bot.stop();
  await running;
});

test("a webhook with a secret, answered with a method in the response", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("telegraf_hook_bot");
  const bot = new Telegraf(scene.token, { telegram: { apiRoot: telegram.url, webhookReply: true } });
  bot.on("text", (ctx) => ctx.reply(`in the response: ${ctx.message.text}`));
  const handle = bot.webhookCallback("/hook", { secretToken: "abc" });
  const hook = await listen((request, response) => handle(request, response));
  await bot.telegram.setWebhook(hook.url, { secret_token: "abc" });
  await scene.say("ping");
  await scene.shows("in the response: ping");
  // The answer may be shown before the call that brought it has ended.
  while ((await bot.telegram.getWebhookInfo()).pending_update_count > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await bot.telegram.deleteWebhook();
  hook.close();
});

test("markup, edits and the words of refusals", async () => {
  const scene = await telegram.scene("telegraf_text_bot");
  const api = botOf(scene).telegram;
  const message = await api.sendMessage(scene.id, "_one_", { parse_mode: "MarkdownV2" });
  assert.deepEqual(message.entities, [{ offset: 0, length: 3, type: "italic" }]);
  await assert.rejects(api.sendMessage(scene.id, "<b>open", { parse_mode: "HTML" }), (error) => {
    assert.ok(error instanceof TelegramError);
    assert.match(error.description, /can't parse entities/);
    return error.code === 400;
  });
  const edited = await api.editMessageText(scene.id, message.message_id, undefined, "two", { entities: [{ type: "bold", offset: 0, length: 3 }] });
  assert.deepEqual([edited.text, edited.entities[0].type], ["two", "bold"]);
  await assert.rejects(api.sendMessage(scene.id, "👍", { entities: [{ type: "bold", offset: 1, length: 1 }] }), /in a middle of a UTF-16 symbol/);
});

test("buttons, commands, reactions and files", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("telegraf_play_bot");
  const bot = botOf(scene);
  const [pressed, link] = [later(), later()];
  bot.action("go", async (ctx) => { await ctx.answerCbQuery("done"); pressed.resolve(ctx.match[0]); });
  bot.on("voice", async (ctx) => link.resolve(await ctx.telegram.getFileLink(ctx.message.voice.file_id)));
  const running = bot.launch();
  const sent = await bot.telegram.sendMessage(scene.id, "Press", Markup.inlineKeyboard([Markup.button.callback("Go", "go")]));
  const shown = (await scene.look()).messages.at(-1);
  await scene.act("press", { message: shown.key, button: "go" });
  assert.equal(await pressed.promise, "go");
  assert.equal(await bot.telegram.setMessageReaction(scene.id, sent.message_id, [{ type: "emoji", emoji: "👍" }]), true);
  await bot.telegram.setMyCommands([{ command: "go", description: "Go on" }]);
  assert.deepEqual(await bot.telegram.getMyCommands(), [{ command: "go", description: "Go on" }]);
  await scene.act("file", { kind: "voice", name: "v.ogg", mime: "audio/ogg", base64: Buffer.from([1, 2, 3]).toString("base64") });
  const bytes = new Uint8Array(await (await fetch(await link.promise)).arrayBuffer());
  assert.deepEqual([...bytes], [1, 2, 3]);
  await assert.rejects(bot.telegram.getFile("nothing"), /invalid file_id/);
  bot.stop();
  await running;
});

test("429 and 409 arrive as errors with their codes", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("telegraf_flood_bot");
  const api = botOf(scene).telegram;
  await telegram.play("limits", { privateBurst: 1 });
  await api.sendMessage(scene.id, "one");
  await assert.rejects(api.sendMessage(scene.id, "two"), (error) => error.code === 429 && error.parameters.retry_after === 3);
  await telegram.play("limits", { privateBurst: 5 });
  const first = assert.rejects(api.getUpdates(20, 100, 0, []), (error) => error.code === 409);
  while (!(await telegram.play("world")).bots.find((b) => b.id === scene.bot.id).polling);
  await api.getUpdates(0, 100, -1, []);
  await first;
});
