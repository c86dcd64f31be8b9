// Draws messages: text with entities as elements, never as markup, so nothing in it can act.

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre" };

export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// `r` is relative; else w weekday, d/D date short/long, t/T time short/long, in the reader's language and zone.
export function moment(unix, format, locale, zone) {
  const at = new Date(unix * 1000);
  if (format === "r") return relative(at, locale);
  const options = { timeZone: zone };
  if (format.includes("w")) options.weekday = format.includes("D") ? "long" : "short";
  if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/t/i.test(format)) Object.assign(options, { hour: "numeric", minute: "2-digit" });
  if (format.includes("T")) options.second = "2-digit";
  return new Intl.DateTimeFormat(locale, options).format(at);
}

function relative(at, locale) {
  const seconds = (at - Date.now()) / 1000;
  const units = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units.at(-1);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

// Entities nest; offsets are UTF-16 units, which is what JavaScript strings count in.
export function rich(text, entities, context) {
  const root = document.createDocumentFragment();
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  fill(root, text, sorted, 0, text.length, context);
  return root;
}

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

// A block ends its line by itself: the line breaks on both sides of it are not shown again.
function fill(parent, text, entities, start, end, context) {
  let at = start;
  while (entities.length && entities[0].offset < end) {
    const entity = entities.shift();
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    const block = BLOCKS.has(entity.type);
    parent.append(text.slice(at, block && from > at && text[from - 1] === "\n" ? from - 1 : from));
    const inner = [];
    while (entities.length && entities[0].offset < to) inner.push(entities.shift());
    parent.append(wrap(entity, text, inner, from, to, context));
    at = block && to < end && text[to] === "\n" ? to + 1 : to;
  }
  parent.append(text.slice(at, end));
}

function wrap(entity, text, inner, from, to, context) {
  const words = text.slice(from, to);
  const node = build(entity, words, context);
  if (!node.childNodes.length) fill(node, text, inner, from, to, context);
  return node;
}

function build(entity, words, context) {
  switch (entity.type) {
    case "text_link": case "url": return link(entity.url ?? words, context);
    case "bot_command": return element("button", { className: "command", type: "button", onclick: () => context.say(words) });
    case "spoiler": return element("span", { className: "spoiler", tabIndex: 0, onclick: (event) => event.currentTarget.classList.add("seen") });
    case "blockquote": return element("blockquote", { dir: "auto" });
    case "expandable_blockquote": return foldable();
    case "date_time": return time(entity, words, context);
    case "code": return element("code", { title: "Copy", onclick: () => context.copy(words) });
    default: return element(TAGS[entity.type] ?? "span");
  }
}

function foldable() {
  const quote = element("blockquote", { className: "folded", dir: "auto", tabIndex: 0 });
  quote.setAttribute("role", "button");
  quote.setAttribute("aria-expanded", "false");
  const turn = () => quote.setAttribute("aria-expanded", String(!quote.classList.toggle("folded")));
  quote.addEventListener("click", turn);
  quote.addEventListener("keydown", (event) => { if (event.key === "Enter") turn(); });
  return quote;
}

function time(entity, words, context) {
  const node = element("time", { dateTime: new Date(entity.unix_time * 1000).toISOString(), title: words });
  if (entity.date_time_format === "r") Object.assign(node.dataset, { unix: entity.unix_time, locale: context.locale });
  node.textContent = entity.date_time_format ? moment(entity.unix_time, entity.date_time_format, context.locale, context.zone) : words;
  return node;
}

// A link to the bot with a payload is followed inside this Telegram.
function link(url, context) {
  const full = /^[a-z]+:/i.test(url) ? url : `https://${url}`;
  const payload = startOf(full, context.username);
  const node = element("a", { href: full, target: "_blank", rel: "noopener noreferrer" });
  if (payload !== null) node.addEventListener("click", (event) => { event.preventDefault(); context.start(payload); });
  return node;
}

// What a link hands to the bot as /start, empty where nothing; null for a link to elsewhere.
function startOf(address, username) {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const query = url.searchParams;
  const web = ["t.me", "telegram.me"].includes(url.hostname) ? url.pathname.slice(1) : null;
  const name = url.protocol === "tg:" ? query.get("domain") : web;
  if (name?.toLowerCase() !== username?.toLowerCase() || query.has("startgroup")) return null;
  return query.get("start") ?? "";
}

// Relative times go on ticking.
export function tick() {
  for (const node of document.querySelectorAll("time[data-unix]")) node.textContent = moment(Number(node.dataset.unix), "r", node.dataset.locale);
}

function content(message, context) {
  const parts = [];
  if (message.photo) {
    const size = message.photo.width ? { width: message.photo.width, height: message.photo.height } : {};
    parts.push(element("img", { className: "photo", src: `/control/files/${message.photo.id}`, alt: message.text || "Photo", loading: "lazy", style: "height:auto", ...size }));
  }
  if (message.document) {
    const size = `${Math.max(1, Math.round(message.document.size / 1024))} kB`;
    parts.push(element("a", { className: "file", href: `/control/files/${message.document.id}`, download: message.document.name },
      element("span", { ariaHidden: "true" }, "📄"), element("span", {}, element("b", { dir: "auto" }, message.document.name), element("small", {}, size))));
  }
  if (message.location) parts.push(element("span", {}, `📍 ${message.location.map((part) => part.toFixed(4)).join(", ")}`));
  if (message.text) parts.push(element("div", { className: "words", dir: "auto" }, rich(message.text, message.entities, context)));
  return parts;
}

function keys(message, context) {
  if (!message.buttons.length) return null;
  return element("div", { className: "keys" }, ...message.buttons.map((row) => element("div", {}, ...row.map((button) => key(message, button, context)))));
}

function key(message, button, context) {
  const style = button.style ? ` ${button.style}` : "";
  if (button.url) {
    const node = link(button.url, context);
    node.className = `key url${style}`;
    node.dir = "auto";
    node.append(button.text);
    return node;
  }
  const node = element("button", { className: `key${button.copy_text ? " copy" : ""}${style}`, type: "button", dir: "auto" }, button.text);
  node.addEventListener("click", () => (button.copy_text ? context.copy(button.copy_text.text) : context.press(message, button, node)));
  return node;
}

function service(message) {
  const [kind] = Object.keys(message.service);
  const words = {
    forum_topic_created: () => `Topic “${message.service[kind].name}” was created`,
    migrate_to_chat_id: () => "The group became a supergroup",
    migrate_from_chat_id: () => "Supergroup, upgraded from a group",
  };
  return element("div", { className: "service", id: `m${message.id}` }, words[kind]?.() ?? kind);
}

export function draw(message, context) {
  if (Object.keys(message.service).length) return service(message);
  const at = new Date(message.date * 1000);
  const mine = context.mine(message);
  const foot = element("span", { className: "foot" },
    message.silent ? element("span", { title: "Sent without a sound" }, "🔕") : null,
    message.pinned ? element("span", { title: "Pinned" }, "📌") : null,
    message.reaction ? element("span", {}, message.reaction) : null,
    message.effect ? element("span", { className: "effect", title: "Sent with an effect" }, message.effect) : null,
    message.edited ? "edited" : null,
    element("time", { dateTime: at.toISOString(), dir: "auto" }, at.toLocaleTimeString(context.locale, { hour: "numeric", minute: "2-digit", timeZone: context.zone })));
  const quoted = message.quote
    ? element("button", { className: "quoted", type: "button", dir: "auto", onclick: () => context.show(message.reply_to) }, message.quote) : null;
  const author = context.group && !mine ? element("span", { className: "author", dir: "auto" }, message.name) : null;
  const reply = mine
    ? element("button", { className: "icon reply", type: "button", title: "Edit", ariaLabel: "Edit", onclick: () => context.edit(message) }, "✎")
    : element("button", { className: "icon reply", type: "button", title: "Reply", ariaLabel: "Reply", onclick: () => context.reply(message) }, "↩");
  const bubble = element("div", { className: "bubble" }, author, quoted, ...content(message, context), foot, reply);
  return element("article", { className: `message${mine ? " mine" : ""}`, id: `m${message.id}` }, bubble, keys(message, context));
}
