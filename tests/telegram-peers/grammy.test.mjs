// grammY against the fake Telegram: a client library that knows nothing of it has to find everything as with the real one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Bot, GrammyError, InlineKeyboard, webhookCallback } from "grammy";
import { Telegram, later, listen } from "./peer.mjs";

let telegram;
before(async () => { telegram = await Telegram.start(); });
after(() => telegram.stop());

const botOf = (scene) => new Bot(scene.token, { client: { apiRoot: telegram.url } });

test("long polling receives messages with entities and confirms them", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("grammy_poll_bot");
  const bot = botOf(scene);
  const seen = [];
  bot.command("start", (ctx) => { seen.push(`start ${ctx.match}`); });
  bot.on("message:text", (ctx) => { seen.push(ctx.message.text); return ctx.reply(`heard ${ctx.message.text}`); });
  const running = bot.start({ drop_pending_updates: false });
  await scene.act("start", { payload: "from-a-link" });
  await scene.say("naïve 👍 text");
  await scene.shows("heard naïve 👍 text");
  await bot.stop();
  await running;
  assert.deepEqual(seen, ["start from-a-link", "naïve 👍 text"]);
  const world = await telegram.play("world");
  assert.equal(world.bots.find((b) => b.id === scene.bot.id).pending, 0);
});

test("a webhook gets its secret, and a wrong one is refused and tried again", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("grammy_hook_bot");
  const bot = botOf(scene);
  const heard = later();
  bot.on("message:text", (ctx) => heard.resolve(ctx.message.text));
  await bot.init();
  let refused = 0;
  const handle = webhookCallback(bot, "http", { secretToken: "s3cret_-" });
  const hook = await listen((request, response) => {
    if (refused++ === 0) {
      response.writeHead(503).end();
      return;
    }
    return handle(request, response);
  });
  await bot.api.setWebhook(hook.url, { secret_token: "s3cret_-", max_connections: 3, allowed_updates: ["message"] });
  const info = await bot.api.getWebhookInfo();
  assert.equal(info.url, hook.url);
  assert.equal(info.max_connections, 3);
  assert.deepEqual(info.allowed_updates, ["message"]);
  await scene.say("by webhook");
  assert.equal(await heard.promise, "by webhook");
  assert.ok(refused >= 2);
  await assert.rejects(bot.api.getUpdates(), (error) => error.error_code === 409);
  await bot.api.deleteWebhook({ drop_pending_updates: true });
  hook.close();
});

test("markup is parsed, and refused as a GrammyError with the real words", async () => {
  const scene = await telegram.scene("grammy_text_bot");
  const { api } = botOf(scene);
  const bold = await api.sendMessage(scene.id, "*bold* and `code`\\!", { parse_mode: "MarkdownV2" });
  assert.equal(bold.text, "bold and code!");
  assert.deepEqual(bold.entities.map((e) => [e.type, e.offset, e.length]), [["bold", 0, 4], ["code", 9, 4]]);
  const html = await api.sendMessage(scene.id, '<a href="https://example.org/x">link</a> &amp; <pre><code class="language-cs">x</code></pre>', { parse_mode: "HTML" });
  assert.deepEqual(html.entities.map((e) => e.type), ["text_link", "pre"]);
  assert.equal(html.entities[1].language, "cs");
  await assert.rejects(api.sendMessage(scene.id, "one.", { parse_mode: "MarkdownV2" }), (error) => {
    assert.ok(error instanceof GrammyError);
    assert.equal(error.error_code, 400);
    assert.match(error.description, /can't parse entities: Character '\.' is reserved/);
    return true;
  });
  await assert.rejects(api.sendMessage(1, "x"), /chat not found/);
});

test("messages are edited and the same text is refused", async () => {
  const scene = await telegram.scene("grammy_edit_bot");
  const { api } = botOf(scene);
  const message = await api.sendMessage(scene.id, "one");
  const edited = await api.editMessageText(scene.id, message.message_id, "two");
  assert.equal(edited.text, "two");
  assert.ok(edited.edit_date > 0);
  await assert.rejects(api.editMessageText(scene.id, message.message_id, "two"), /message is not modified/);
  await api.deleteMessage(scene.id, message.message_id);
  assert.deepEqual((await scene.look()).messages, []);
});

test("buttons, commands, reactions and files go both ways", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("grammy_play_bot");
  const bot = botOf(scene);
  const [pressed, reacted, file] = [later(), later(), later()];
  bot.callbackQuery("yes", async (ctx) => { await ctx.answerCallbackQuery("noted"); pressed.resolve(ctx.from.first_name); });
  bot.on("message_reaction", (ctx) => reacted.resolve(ctx.reactions().emojiAdded));
  bot.on("message:document", async (ctx) => file.resolve(await ctx.getFile()));
  const running = bot.start({ allowed_updates: ["message", "callback_query", "message_reaction"] });
  const question = await bot.api.sendMessage(scene.id, "Sure?", { reply_markup: new InlineKeyboard().text("Yes", "yes") });
  assert.equal(question.reply_markup.inline_keyboard[0][0].callback_data, "yes");

  const shown = (await scene.look()).messages.at(-1);
  await scene.act("press", { message: shown.key, button: "Yes" });
  assert.equal(await pressed.promise, "Ada");
  await scene.act("react", { message: shown.key, emoji: "👍" });
  assert.deepEqual(await reacted.promise, ["👍"]);
  await bot.api.setMessageReaction(scene.id, question.message_id, [{ type: "emoji", emoji: "🔥" }]);
  assert.equal((await scene.look()).messages.at(-1).reactions[scene.bot.id], "🔥");

  await bot.api.setMyCommands([{ command: "help", description: "Tell how" }], { scope: { type: "all_private_chats" } });
  assert.deepEqual(await bot.api.getMyCommands({ scope: { type: "all_private_chats" } }), [{ command: "help", description: "Tell how" }]);

  await scene.act("file", { kind: "document", name: "a.txt", mime: "text/plain", base64: Buffer.from("content").toString("base64") });
  const { file_path } = await file.promise;
  const bytes = await fetch(`${telegram.url}/file/bot${scene.token}/${file_path}`);
  assert.equal(await bytes.text(), "content");
  await bot.stop();
  await running;
});

test("429 carries retry_after, and the calls into the window are noted", async () => {
  const scene = await telegram.scene("grammy_flood_bot");
  const { api } = botOf(scene);
  await telegram.play("faults", { kind: "tooManyRequests", method: "sendMessage", bot: scene.bot.id, retryAfter: 7 });
  await assert.rejects(api.sendMessage(scene.id, "x"), (error) => error.error_code === 429 && error.parameters.retry_after === 7);
  await assert.rejects(api.sendMessage(scene.id, "x"), (error) => error.error_code === 429 && error.parameters.retry_after > 7);
  const { violations } = await telegram.play("calls");
  assert.equal(violations.filter((v) => v.bot === scene.bot.id).length, 1);
});

test("a second poller ends the first with 409", { timeout: 30_000 }, async () => {
  const scene = await telegram.scene("grammy_two_bot");
  const { api } = botOf(scene);
  const first = api.getUpdates({ timeout: 20 });
  const conflict = assert.rejects(first, (error) => error.error_code === 409 && /terminated by other getUpdates/.test(error.description));
  while (!(await telegram.play("world")).bots.find((b) => b.id === scene.bot.id).polling);
  const second = botOf(scene).api.getUpdates({ timeout: 20, offset: -1 });
  await conflict;
  await scene.say("for the second");
  assert.equal((await second)[0].message.text, "for the second");
});
