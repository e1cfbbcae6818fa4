import { content, make } from "./render.js";

const $ = (id) => document.getElementById(id);
const state = { world: null, chat: null, key: decodeURIComponent(location.hash.slice(1)), replyTo: null, loading: false, again: false };

async function get(path) {
  const answer = await fetch(`play/${path}`);
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error ?? json.description);
  return json;
}

async function act(what, body = {}, path = `chats/${state.key}/${what}`) {
  try {
    const answer = await fetch(`play/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const json = await answer.json();
    if (!answer.ok) throw new Error(json.error);
    return json;
  } catch (error) {
    notice(error.message);
    return null;
  }
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = false;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => { $("notice").hidden = true; }, 4000);
}

async function refresh() {
  if (state.loading) { state.again = true; return; }
  state.loading = true;
  try {
    state.world = await get("world");
    if (!state.world.chats.some((c) => c.key === state.key)) state.key = state.world.chats[0]?.key ?? "";
    state.chat = state.key ? await get(`chats/${state.key}`) : null;
    showChats();
    showChat();
    showLog(await get("calls"));
  } catch (error) {
    notice(error.message);
  }
  state.loading = false;
  if (state.again) { state.again = false; refresh(); }
}

function open(key) {
  state.key = key;
  state.replyTo = null;
  location.hash = encodeURIComponent(key);
  refresh();
}

const nameOf = (chat) => chat.kind === "private" ? `${chat.title} → ${state.world.bots.find((b) => b.id === chat.bot)?.name}` : chat.title;

function showChats() {
  $("chats").replaceChildren(...state.world.chats.map((chat) => make("li", {}, make("button", { "aria-current": String(chat.key === state.key), onclick: () => open(chat.key) },
    make("b", {}, nameOf(chat)), make("span", {}, chat.typing ? "typing…" : chat.last || "no messages")))));
  if (document.activeElement !== $("pick")) $("pick").replaceChildren(...state.world.chats.map((chat) => make("option", { value: chat.key, selected: chat.key === state.key }, nameOf(chat))));
  $("bot-list").replaceChildren(...state.world.bots.map((bot) => make("p", {}, make("b", {}, `@${bot.username}`), make("br"),
    make("code", {}, bot.token), make("br"), bot.webhook ? `webhook ${bot.webhook}` : bot.polling ? "polling" : "nobody listens", `, ${bot.pending} waiting`)));
}

function showChat() {
  const chat = state.chat;
  $("composer").hidden = !chat;
  if (!chat) { $("title").textContent = "No chats"; return; }
  const hint = [chat.kind, chat.typing && "typing…", chat.blocked && "bot blocked", chat.upgradedTo && "upgraded"].filter(Boolean).join(" · ");
  $("title").replaceChildren(nameOf(chat), make("small", {}, hint));
  showPeople(chat);
  showActions(chat);
  const list = $("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.replaceChildren(...chat.messages.map(kept), ...(chat.draft ? [draft(chat.draft)] : []));
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function showPeople(chat) {
  const people = chat.kind === "private" ? state.world.users.filter((u) => u.id === chat.user) : state.world.users;
  fill($("who"), people.map((u) => [u.id, u.first_name]));
  $("who").hidden = chat.kind === "private" || chat.kind === "channel";
  fill($("topic"), [["", "General"], ...chat.topics.map((t) => [t.id, t.name])]);
  $("topic").hidden = chat.topics.length === 0;
}

function fill(select, options) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options === wanted) return;
  select.dataset.options = wanted;
  const old = select.value;
  select.replaceChildren(...options.map(([value, label]) => make("option", { value, selected: String(value) === old }, label)));
}

function showActions(chat) {
  const button = (label, run) => make("button", { onclick: () => { $("menu").open = false; run(); } }, label);
  const items = [];
  if (chat.kind === "private") items.push(button("Press Start", () => act("start")), chat.blocked ? button("Unblock the bot", () => act("unblock")) : button("Block the bot", () => act("block")));
  if (chat.kind === "group") items.push(button("Upgrade to supergroup", () => act("upgrade")));
  for (const bot of chat.kind === "private" ? [] : state.world.bots) {
    const status = chat.members.find((m) => m.id === bot.id)?.status;
    const inside = status === "member" || status === "administrator";
    items.push(button(inside ? `Kick @${bot.username}` : `Add @${bot.username}`, () => act("members", { user: bot.id, status: inside ? "kicked" : "member" })));
    if (status === "member") items.push(button(`Make @${bot.username} admin`, () => act("members", { user: bot.id, status: "administrator" })));
  }
  $("actions").replaceChildren(...items);
}

const drawn = new Map();

/** What has not changed stays as it is, with whatever a person unfolded or marked in it. */
function kept(m) {
  const json = JSON.stringify(m);
  const old = drawn.get(m.key);
  if (old?.json === json) return old.element;
  const element = message(m);
  drawn.set(m.key, { json, element });
  return element;
}

function message(m) {
  if (m.service) return make("div", { class: "message service" }, `${m.from}: ${m.service.replaceAll("_", " ")}`);
  const mine = !m.bot;
  const time = new Date(m.date).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const reactions = Object.values(m.reactions).join(" ");
  return make("article", { class: mine ? "message mine" : "message" },
    state.chat.kind === "private" ? null : make("b", {}, m.from),
    m.topic ? make("small", {}, `# ${state.chat.topics.find((t) => t.id === m.topic)?.name ?? m.topic}`) : null,
    m.forwarded && make("small", {}, "forwarded"),
    m.replyText === undefined ? null : make("div", { class: "quote" }, m.replyText),
    m.file && file(m.file),
    m.text || m.rich ? content(m) : null,
    keys(m),
    make("div", { class: "meta" }, reactions, m.edits ? `edited ${m.edits}×` : null, time,
      make("button", { onclick: () => reply(m) }, "Reply"), m.bot ? make("button", { onclick: () => act("react", { message: m.key, user: who(), emoji: reactions ? "" : "👍" }) }, reactions ? "Take back" : "Like") : null));
}

function file(f) {
  const url = `play/files/${f.id}`;
  return f.kind === "photo" ? make("img", { src: url, alt: f.name }) : make("p", {}, make("a", { href: url, download: f.name }, `📄 ${f.name}`), ` ${f.size} bytes`);
}

function keys(m) {
  if (m.buttons.length === 0) return null;
  return make("div", { class: "keys" }, ...m.buttons.map((row) => make("div", {}, ...row.map((b) => b.url
    ? make("a", { href: b.url, target: "_blank", rel: "noopener noreferrer" }, b.text)
    : make("button", { onclick: () => press(m, b) }, b.text)))));
}

async function press(m, b) {
  if (await act("press", { message: m.key, button: b.data ?? b.text, user: who() })) notice(`Pressed ${b.text}`);
}

function draft(d) {
  return make("article", { class: "message draft" }, d.text || d.rich ? content(d) : make("i", {}, "Thinking…"),
    d.canStop ? make("button", { class: "stop", onclick: () => act("stop") }, "■ Stop") : null, make("div", { class: "meta" }, d.stopped ? "stopped" : "draft"));
}

function showLog({ counts, recent, violations, bans }) {
  const all = Object.entries(counts).map(([method, count]) => `${method} ${count}`).join(", ");
  $("counts").textContent = `${all || "none yet"}${violations.length ? ` · ${violations.length} violations` : ""}${bans.length ? ` · ${bans.length} bans` : ""}`;
  $("calls").replaceChildren(...recent.slice(-150).reverse().map((c) => make("li", { class: c.code === 200 ? "" : "bad" },
    `${new Date(c.at).toLocaleTimeString([], { hour12: false })} ${c.method}${c.chat ? ` ${c.chat}` : ""} → ${c.code || "cut"} ${c.note}`)));
}

const who = () => Number($("who").value) || undefined;

function reply(m) {
  state.replyTo = m?.key ?? null;
  $("reply").hidden = !m;
  $("reply-text").textContent = m ? `Reply to ${m.from}: ${m.text.slice(0, 60)}` : "";
  if (m) $("text").focus();
}

async function send() {
  const text = $("text").value;
  const attached = $("file").files[0];
  if (!text.trim() && !attached) return;
  const more = { user: who(), replyTo: state.replyTo ?? undefined };
  if (attached) {
    const kind = attached.type.startsWith("image/") ? "photo" : attached.type.startsWith("audio/") ? "voice" : "document";
    const bytes = new Uint8Array(await attached.arrayBuffer());
    let base64 = "";
    for (let at = 0; at < bytes.length; at += 0x8000) base64 += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    if (!await act("file", { kind, name: attached.name, mime: attached.type || "application/octet-stream", base64: btoa(base64), caption: text, ...more })) return;
  } else if (!await act("say", { text, topic: Number($("topic").value) || undefined, ...more })) {
    return;
  }
  $("text").value = "";
  $("file").value = "";
  $("text").placeholder = "Message";
  reply(null);
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
$("file").addEventListener("change", () => { $("text").placeholder = $("file").files[0] ? `Caption of ${$("file").files[0].name}` : "Message"; });
$("no-reply").addEventListener("click", () => reply(null));
$("pick").addEventListener("change", () => open($("pick").value));
$("show-log").addEventListener("click", () => $("show-log").setAttribute("aria-pressed", String(document.body.classList.toggle("with-log"))));
addEventListener("hashchange", () => { const key = decodeURIComponent(location.hash.slice(1)); if (key && key !== state.key) open(key); });

new EventSource("play/events").onmessage = refresh;
