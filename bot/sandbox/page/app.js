// The messenger: chats on the left, one conversation, live by server-sent events.

import { draw, element, tick } from "/page/render.js";
import { startTour } from "/page/tour.js";

const $ = (id) => document.getElementById(id);
const WIDE = matchMedia("(min-width: 761px)");
// Where the phones of the demo's people are.
const PLACES = {
  "America/New_York": [40.71, -74.01], "America/Sao_Paulo": [-23.55, -46.63], "Asia/Dubai": [25.2, 55.27],
  "Asia/Jerusalem": [31.77, 35.21], "Asia/Tokyo": [35.68, 139.69], "Europe/Berlin": [52.52, 13.405],
  "Europe/Madrid": [40.42, -3.7], "Europe/Moscow": [55.75, 37.62],
};
const state = { chats: new Map(), unread: new Map(), open: null, thread: 0, messages: new Map(), reply: null, editing: null, commands: [], bot: null, botName: "", pushes: false };

export async function api(path, body, method) {
  const options = body === undefined && !method ? {} : { method: method ?? "POST" };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) Object.assign(options, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  const response = await fetch(`/control${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

export function toast(text) {
  const box = $("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.classList.remove("shown"), 3500);
}

const told = (work) => async (...args) => { try { return await work(...args); } catch (error) { toast(error.message); } };
const current = () => state.chats.get(state.open);

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

// Whose phone a chat is seen on: the person's own, in a group that of whoever writes.
const reader = (chat) => (chat?.type === "private" || !chat ? chat : chat.members.find(({ id }) => id === author()) ?? chat.members.find(({ is_bot: bot }) => !bot));
const zoneOf = (chat) => reader(chat)?.zone || HERE;

// A person's language, in the regional form that this browser prefers if it speaks the same one.
function localeOf(chat) {
  const wanted = reader(chat)?.language_code || navigator.language;
  const own = navigator.languages.find((tag) => tag.split("-")[0] === wanted.split("-")[0]);
  try { return new Intl.Locale(own && wanted.length === 2 ? own : wanted).toString(); } catch { return navigator.language; }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // without a secure context: the old way
    const box = element("textarea", { value: text });
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  toast(`Copied: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
}

const context = {
  get locale() { return localeOf(current()); },
  get zone() { return zoneOf(current()); },
  get group() { return current()?.type !== "private"; },
  get username() { return state.bot?.username; },
  mine: (message) => !message.is_bot && (current()?.type === "private" || message.user_id === author()),
  copy,
  say: (text) => say(text),
  start: (payload) => post("say", { start: payload }),
  show: (id) => $(`m${id}`)?.scrollIntoView({ block: "center", behavior: "smooth" }),
  reply(message) {
    quote(message.text || "…");
    state.reply = message.id;
  },
  edit(message) {
    quote(`✎ ${message.text}`);
    state.editing = message;
    $("text").value = message.text;
    fit();
  },
  press: told(async (message, button, node) => {
    if (!button.callback_data) return toast("This kind of button does nothing here");
    node.setAttribute("aria-busy", "true");
    try {
      const { answer } = await api(`/chats/${state.open}/press`, { message_id: message.id, data: button.callback_data, user_id: author(), timeout: 15 });
      if (answer?.text) answer.show_alert ? alertBox(answer.text) : toast(answer.text);
    } finally { node.removeAttribute("aria-busy"); }
  }),
};

function alertBox(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}

// ── the list of chats ────────────────────────────────────────────────────────────────────────────

const hue = (id) => Math.abs(id * 47) % 360;
const clock = (chat, at) => at.toLocaleTimeString(localeOf(chat), { hour: "numeric", minute: "2-digit", timeZone: zoneOf(chat) });

// A row that was replaced while a finger is on it would never be clicked.
let pressed = false;

function drawChats() {
  if (pressed) return;
  const order = [...state.chats.values()].filter((chat) => !chat.migrated_to).sort((a, b) => (b.last?.date ?? 0) - (a.last?.date ?? 0));
  $("chat-list").replaceChildren(...order.map((chat) => {
    const unread = state.unread.get(chat.id) ?? 0;
    const avatar = element("span", { className: "avatar", ariaHidden: "true", style: `--hue:${hue(chat.id)}` }, [...chat.name][0]);
    const last = chat.last ? chat.last.text || "📎" : chat.language_code || "group";
    const row = element("button", { className: "chat", type: "button", onclick: () => open(chat.id) }, avatar,
      element("span", { className: "text" }, element("span", { className: "name" }, element("bdi", {}, chat.name)), element("span", { className: "last" }, element("bdi", {}, last))),
      element("span", { className: "side" }, chat.last ? element("bdi", {}, clock(chat, new Date(chat.last.date * 1000))) : "", unread ? element("span", { className: "badge", ariaLabel: `${unread} unread` }, String(unread)) : null));
    row.setAttribute("aria-current", String(chat.id === state.open));
    return element("li", {}, row);
  }));
  const all = [...state.unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = `${all ? `(${all}) ` : ""}Parcel bot — try it`;
}

// ── one conversation ─────────────────────────────────────────────────────────────────────────────

// Each chat has an address of its own, so that the browser's Back leads to where one was.
const open = told(async (id) => {
  state.open = id;
  state.thread = 0;
  state.unread.delete(id);
  document.body.dataset.view = "chat";
  const address = `#${id}`;
  if (location.hash !== address) history.pushState(null, "", address);
  dropReply();
  $("commands").hidden = true;
  drawHead();
  await Promise.all([loadMessages(), loadMenu()]);
  drawChats();
  $("text").focus();
});

function showChats() {
  document.body.dataset.view = "chats";
  state.open = null;
  drawChats();
}

// What the address says is what is shown; without a chat in it, the list on phones and the first chat beside it.
async function route() {
  const wanted = Number(location.hash.slice(1));
  if (state.chats.has(wanted)) return wanted === state.open ? undefined : open(wanted);
  if (!WIDE.matches) return showChats();
  const [first] = state.chats.keys();
  if (!first) return;
  history.replaceState(null, "", `#${first}`);
  await open(first);
}

// Messages that came since the last load began: what is loaded may be older, as may the answer to an earlier load.
let arrived = new Map();

async function loadMessages() {
  const id = state.open;
  const since = arrived = new Map();
  const messages = await api(`/chats/${id}/messages`);
  if (id !== state.open || arrived !== since) return;
  state.messages = new Map([...messages.map((message) => [message.id, message]), ...since]);
  drawLog();
}

async function loadMenu() {
  const id = state.open;
  const menu = await api(`/chats/${id}/menu`);
  if (id !== state.open) return;
  state.commands = menu.commands;
  state.botName = menu.name;
  drawHead();
  if ($("text").value.startsWith("/")) suggest(); // typed before this chat's own menu came
  $("welcome-name").textContent = menu.name;
  $("welcome-text").textContent = menu.description || menu.short_description || "What can this bot do? Press START to find out.";
}

function drawHead() {
  const chat = current();
  if (!chat) return;
  const title = chat.type === "private" ? state.botName || state.bot.first_name : chat.name;
  $("head-avatar").textContent = [...title][0];
  $("head-avatar").style.setProperty("--hue", hue(chat.type === "private" ? state.bot.id : chat.id));
  $("head-name").textContent = title;
  const members = chat.members.filter((member) => !member.is_bot);
  $("author").hidden = chat.type === "private";
  const chosen = $("author").value;
  $("author").replaceChildren(...members.map((member) => element("option", { value: member.id }, member.first_name)));
  if (members.some((member) => String(member.id) === chosen)) $("author").value = chosen;
  note(); // the clock of whoever writes
  $("topics").hidden = !chat.is_forum;
  $("topics").replaceChildren(...[{ id: 0, name: "General" }, ...chat.topics].map((topic) => {
    const tab = element("button", { type: "button", role: "tab", onclick: () => { state.thread = topic.id; drawHead(); drawLog(); } }, `${topic.closed ? "🔒 " : ""}${topic.name}`);
    tab.setAttribute("aria-selected", String(topic.id === state.thread));
    return tab;
  }));
  document.dispatchEvent(new CustomEvent("chat", { detail: chat }));
}

function note(text = "") {
  const chat = current();
  const about = chat?.blocked ? `${chat.name} blocked the bot` : chat?.type === "private" ? phone(chat) : `${(chat?.members.length ?? 0) + 1} members · ${clock(chat, new Date())}`;
  $("head-note").textContent = text || about;
  $("head-note").classList.toggle("typing", Boolean(text));
}

// Whose phone this is, with the time that it shows.
function phone(chat) {
  const language = chat.language_code ? ` · ${new Intl.DisplayNames(["en"], { type: "language" }).of(new Intl.Locale(localeOf(chat)).language)}` : "";
  return `\u2068${chat.name}\u2069’s phone · \u2068${clock(chat, new Date())}\u2069 ${zoneOf(chat).split("/").at(-1).replaceAll("_", " ")}${language}`;
}

const author = () => (current()?.type === "private" ? 0 : Number($("author").value));
const visible = (message) => !message.deleted && (!current()?.is_forum || message.thread_id === state.thread);
const dayOf = (message) => new Date(message.date * 1000).toLocaleDateString("en", { timeZone: context.zone });

function drawLog() {
  const list = [...state.messages.values()].filter(visible);
  const nodes = [];
  list.forEach((message, place) => {
    if (!place || dayOf(list[place - 1]) !== dayOf(message)) nodes.push(dayMark(message));
    nodes.push(draw(message, context));
  });
  $("log").replaceChildren(...nodes);
  $("welcome").hidden = current()?.type !== "private" || list.length > 0;
  $("log").scrollTop = $("log").scrollHeight;
}

function dayMark(message) {
  return element("div", { className: "day", dir: "auto" }, new Date(message.date * 1000).toLocaleDateString(context.locale, { day: "numeric", month: "long", timeZone: context.zone }));
}

function showMessage(message) {
  const known = state.messages.has(message.id);
  const last = [...state.messages.values()].filter(visible).at(-1);
  state.messages.set(message.id, message);
  arrived.set(message.id, message);
  const log = $("log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const old = $(`m${message.id}`);
  if (!visible(message)) return void old?.remove();
  const node = draw(message, context);
  node.classList.add(known ? "changed" : "fresh");
  if (old) old.replaceWith(node);
  else {
    if (!last || dayOf(last) !== dayOf(message)) log.append(dayMark(message));
    log.append(node);
  }
  $("welcome").hidden = true;
  if (low) log.scrollTop = log.scrollHeight;
  if (message.is_bot) note();
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────

const post = told((action, body) => {
  const facts = { user_id: author(), thread_id: state.thread, reply_to: state.reply ?? 0, ...body };
  dropReply();
  return api(`/chats/${state.open}/${action}`, facts);
});

function say(text) {
  if (!state.open) return toast("Choose a chat first");
  if (text.trim()) return post("say", { text });
}

// The strip above the composer: what is answered or corrected.
function quote(text) {
  dropReply();
  $("quote").hidden = false;
  $("quote-text").textContent = text;
  $("text").focus();
}

// Telegram says when a message was corrected; the bot reads again what was soon.
function correct(text) {
  const message = state.editing;
  const after = Math.max(1, Math.round(Date.now() / 1000 - message.date));
  return post("edit", { message_id: message.id, text, after });
}

function dropReply() {
  if (state.editing) $("text").value = "";
  state.reply = state.editing = null;
  $("quote").hidden = true;
}

function submit() {
  const box = $("text");
  const text = box.value;
  if (!text.trim()) return;
  state.editing ? correct(text) : say(text);
  box.value = "";
  fit();
  suggest();
}

function fit() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

// ── the menu of commands ─────────────────────────────────────────────────────────────────────────

let chosen = -1;

function suggest(all = false) {
  const typed = $("text").value;
  const wanted = all ? state.commands : typed.startsWith("/") && !/\s/.test(typed) ? state.commands.filter(({ command }) => command.startsWith(typed.slice(1))) : [];
  chosen = wanted.length && !all ? 0 : -1;
  $("commands").replaceChildren(...wanted.map(({ command, description }) => element("li", { role: "option", dir: "auto", onclick: () => pick(command) }, element("b", {}, `/${command}`), element("span", {}, description))));
  $("commands").hidden = !wanted.length;
  mark();
}

const mark = () => [...$("commands").children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));

function pick(command) {
  $("text").value = "";
  suggest();
  say(`/${command}`);
}

function keydown(event) {
  const items = [...$("commands").children];
  if (items.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length;
    mark();
    items[chosen].scrollIntoView({ block: "nearest" });
    event.preventDefault();
  } else if (items.length && event.key === "Tab" && chosen >= 0) {
    $("text").value = `${items[chosen].querySelector("b").textContent} `;
    suggest();
    event.preventDefault();
  } else if (event.key === "Escape") {
    $("commands").hidden ? dropReply() : ($("commands").hidden = true);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const exact = items[chosen]?.querySelector("b").textContent;
    if (exact && exact !== $("text").value.trim()) pick(exact.slice(1));
    else submit();
  }
}

// ── new chats ────────────────────────────────────────────────────────────────────────────────────

const LANGUAGES = ["en", "ru", "pt-br", "pt-pt", "es", "fr", "id", "it", "nl", "tr", "vi", "th", "de", "ko", "ja", "ar", "pl", "he", "uk", "hi", "zh-hans", "zh-hant"];

function offerLanguages() {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const own = LANGUAGES.find((code) => navigator.language.toLowerCase().startsWith(code.slice(0, 2))) ?? "en";
  const zones = Intl.supportedValuesOf("timeZone");
  $("newcomer-form").elements.zone.replaceChildren(...[...new Set([HERE, ...zones])].map((zone) => element("option", { value: zone }, zone.replaceAll("_", " "))));
  $("newcomer-form").elements.language_code.replaceChildren(...LANGUAGES.map((code) => element("option", { value: code, selected: code === own }, names.of(code))));
}

const welcome = told(async () => {
  const { type, name, language_code, zone } = Object.fromEntries(new FormData($("newcomer-form")));
  const person = type === "private" ? { first_name: name, language_code, zone } : await owner(name, { language_code, zone });
  const chat = await api("/chats", { type, ...person });
  if (type === "forum") await api(`/chats/${chat.id}/state`, { action: "create_topic", name: "Parcels" });
  setState(await api("/state"));
  await open(chat.id);
});

// A group belongs to somebody who speaks the chosen language.
async function owner(title, phone) {
  const person = await api("/chats", { type: "private", first_name: `Owner of ${title}`, ...phone });
  return { title, members: { [person.id]: "creator" } };
}

// ── live ─────────────────────────────────────────────────────────────────────────────────────────

const handlers = {
  message({ chat_id: id, message }) {
    const chat = state.chats.get(id);
    if (chat && !message.edited && !message.deleted) chat.last = message;
    if (id === state.open) showMessage(message);
    else if (message.is_bot && !message.edited && !message.deleted) state.unread.set(id, (state.unread.get(id) ?? 0) + 1);
    drawChats();
  },
  chat: () => refresh(),
  typing({ chat_id: id }) {
    if (id !== state.open) return;
    note("typing…");
    clearTimeout(handlers.timer);
    handlers.timer = setTimeout(() => note(), 5000);
  },
};

let refreshing;
function refresh() {
  clearTimeout(refreshing);
  refreshing = setTimeout(told(async () => { setState(await api("/state")); drawChats(); drawHead(); }), 50);
}

function setState(fresh) {
  state.bot = fresh.bot;
  state.pushes = fresh.pushes;
  state.chats = new Map(fresh.chats.map((chat) => [chat.id, chat]));
  if (!state.chats.has(state.open)) state.open = null;
}

function listen() {
  const source = new EventSource("/control/events");
  source.onopen = told(async () => {
    $("line").classList.add("up");
    $("line").title = "live";
    setState(await api("/state"));
    drawChats();
    if (!state.open) await route();
    else { await loadMessages(); drawHead(); }
  });
  source.onerror = () => { $("line").classList.remove("up"); $("line").title = "reconnecting…"; };
  source.onmessage = (event) => {
    const fact = JSON.parse(event.data);
    handlers[fact.kind]?.(fact);
    document.dispatchEvent(new CustomEvent("fact", { detail: fact }));
  };
}

// ── wiring ───────────────────────────────────────────────────────────────────────────────────────

$("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
$("text").addEventListener("input", () => { fit(); suggest(); });
$("text").addEventListener("keydown", keydown);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") $("commands").hidden = true; });
document.addEventListener("pointerdown", ({ target }) => { if (!target.closest("#commands, #composer")) $("commands").hidden = true; });
$("menu").addEventListener("click", async () => { await told(loadMenu)(); $("commands").hidden ? suggest(true) : ($("commands").hidden = true); });
$("new-chat").addEventListener("click", () => { offerLanguages(); $("newcomer").showModal(); });
$("newcomer").addEventListener("close", () => { if ($("newcomer").returnValue === "ok") welcome(); });
$("start").addEventListener("click", () => say("/start"));
$("chat-list").addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { if (pressed) setTimeout(() => { pressed = false; drawChats(); }); });
$("quote-drop").addEventListener("click", dropReply);
$("back").addEventListener("click", () => { history.pushState(null, "", location.pathname); showChats(); });
addEventListener("popstate", told(route));
$("author").addEventListener("change", () => { note(); drawLog(); });
$("place").addEventListener("click", () => {
  const [latitude, longitude] = PLACES[zoneOf(current())] ?? [];
  latitude === undefined ? toast("This phone does not know where it is") : post("location", { latitude, longitude });
});
$("file").addEventListener("change", told(async (event) => {
  const [file] = event.target.files;
  if (!file || !state.open) return;
  const form = new FormData();
  form.append("file", file);
  form.append("caption", $("text").value);
  form.append("user_id", author());
  await api(`/chats/${state.open}/document`, form);
  $("text").value = event.target.value = "";
}));

setInterval(() => { tick(); if (state.open && !$("head-note").classList.contains("typing")) note(); }, 5000);
startTour({ api, toast, told, say, current, pushes: () => state.pushes });
listen();
