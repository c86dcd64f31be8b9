// The side panel: orders to try, things that happen, trouble, pace, and the product's own figures.

import { element } from "/page/render.js";

const $ = (id) => document.getElementById(id);
const PACES = [0, 120, 60, 20, 10, 5, 2]; // seconds for one simulated day
const TROUBLE = {
  outage: [{ target: "aliexpress", kind: "outage", times: null }],
  throttle: [{ target: "aliexpress", kind: "too_many", times: null, retry_after: 5 }],
  telegram: [{ target: "telegram", method: "sendMessage", kind: "status", status: 502, times: null }],
};
const HAPPENS = new Set(["next", "customs", "delay", "out", "delivered"]); // AliExpress tells of them at once
let page;
let selected = null;

const acts = {
  async next() {
    const node = await page.api(`/orders/${selected}/next`, {});
    if (!node) await page.api(`/orders/${selected}/nodes`, { phrase: "in_transit" });
  },
  customs: () => page.api(`/orders/${selected}/nodes`, { phrase: "import_hold" }),
  async delay() {
    const { parcels } = await page.api(`/orders/${selected}`);
    const eta = Math.max(parcels[0].eta, Date.now()) + 4 * 86400000;
    await page.api(`/orders/${selected}`, { eta });
  },
  out: () => page.api(`/orders/${selected}/nodes`, { phrase: "out_for_delivery" }),
  delivered: () => page.api(`/orders/${selected}/nodes`, { phrase: "delivered" }),
  async two() {
    const orders = await page.api("/orders");
    const twin = orders.find(({ scenario }) => scenario === "two_parcels");
    if (twin) { selected = twin.id; page.say(twin.id); }
  },
  async token() {
    await page.api("/aliexpress/tokens", { action: "kill" });
    page.toast("The bot renews it by itself: nobody notices, one more token refresh is counted below");
  },
  async login() {
    await page.api("/aliexpress/tokens", { action: "kill_all" });
    page.toast("The merchant gets an alert in a moment; /authorize in the Merchant's chat fixes it");
  },
  complain: () => complain(),
  async answer() {
    const [shop, asked] = await question();
    await page.api(`/chats/${shop}/say`, { text: "Sorry! A new one ships today.", reply_to: asked.id });
  },
  async solve() {
    const [shop, asked] = await question();
    await page.api(`/chats/${shop}/press`, { message_id: asked.id, label: "Solved", timeout: 10 });
  },
  outage: (button) => toggle(button),
  throttle: (button) => toggle(button),
  telegram: (button) => toggle(button),
  async block() {
    const chat = page.current();
    if (!chat || chat.type !== "private") return page.toast("Choose a person's chat first");
    await page.api(`/chats/${chat.id}/state`, { action: chat.blocked ? "unblock" : "block" });
  },
};

// ── a complaint, asked, answered and solved ──────────────────────────────────────────────────────

const COMPLAINT = "My parcel arrived broken. What now?";

// Somebody writes, and the bot's first message after that, once it is there.
async function ask(chat, text, more = {}) {
  const { message } = await page.api(`/chats/${chat}/say`, { text, ...more });
  return page.api(`/chats/${chat}/wait?timeout=10&after=${message.id}`);
}

const firstButton = ({ buttons = [] }) => buttons.flat().find((button) => button.callback_data);

async function complain() {
  const chat = page.current();
  const shop = await merchant();
  if (!chat || chat.type !== "private" || chat.id === shop) throw new Error("Choose a customer's chat first");
  if (!(await page.api(`/chats/${shop}/messages`)).length) await ask(shop, "/start");
  const card = await ask(chat.id, selected);
  await page.api(`/chats/${chat.id}/wait?timeout=2&after=${card.id}`); // the question about the time zone
  const offer = await ask(chat.id, "I want my money back");
  const button = firstButton(offer);
  if (!button) throw new Error("The bot offers no button to ask the shop");
  await page.api(`/chats/${chat.id}/press`, { message_id: offer.id, data: button.callback_data, timeout: 10 });
  await page.api(`/chats/${chat.id}/wait?timeout=10&after=${offer.id}`);
  await ask(chat.id, COMPLAINT);
  page.toast("It is in the Merchant's chat, with the order's facts, and the order is on the board");
}

const merchant = async () => (await page.api("/state")).chats.find(({ name }) => name.startsWith("Merchant")).id;

async function question() {
  const shop = await merchant();
  const asked = (await page.api(`/chats/${shop}/messages`)).filter(({ is_bot: bot, text }) => bot && text.includes(COMPLAINT)).at(-1);
  if (!asked) throw new Error("Let a customer ask first");
  return [shop, asked];
}

async function toggle(button) {
  const name = button.dataset.act;
  const [fault] = TROUBLE[name];
  if (button.getAttribute("aria-pressed") === "true") await page.api(`/faults?kind=${fault.kind}`, undefined, "DELETE");
  else await page.api("/faults", { faults: TROUBLE[name] });
  await drawFaults();
}

async function drawFaults() {
  const { queue } = await page.api("/faults");
  for (const [name, [fault]] of Object.entries(TROUBLE)) {
    document.querySelector(`[data-act="${name}"]`).setAttribute("aria-pressed", String(queue.some(({ kind, target }) => kind === fault.kind && target === fault.target)));
  }
}

async function drawOrders() {
  const orders = await page.api("/orders");
  selected ??= orders[0]?.id ?? null;
  $("orders").replaceChildren(...orders.map((order) => {
    const waits = order.parcels.map(({ next_in: seconds }) => seconds).filter((seconds) => seconds !== undefined);
    const next = waits.length ? ` · next in ${Math.round(Math.min(...waits))} s` : "";
    const mark = element("input", { type: "radio", name: "order", checked: order.id === selected, ariaLabel: `Act on ${order.title || order.id}`, onchange: () => { selected = order.id; } });
    const send = element("button", { type: "button", onclick: () => { selected = order.id; page.say(order.id); drawOrders(); } },
      element("b", {}, order.title || "own order"), " ", element("code", {}, order.id),
      element("small", {}, `${order.parcels.at(-1)?.latest ?? ""}${next}`));
    return element("li", {}, mark, send);
  }));
}

// The demo tells the addresses once the bot is ready.
async function drawLinks() {
  if (!$("for-shops").hidden) return;
  const links = await (await fetch("/shop/links")).json();
  document.querySelectorAll("[data-link]").forEach((link) => { link.href = links[link.dataset.link] ?? ""; });
  $("for-shops").hidden = !links.page;
}

function drawPace(seconds) {
  const place = PACES.reduce((best, pace, index) => (Math.abs(pace - seconds) < Math.abs(PACES[best] - seconds) ? index : best), 0);
  $("pace").value = place;
  $("pace-note").textContent = seconds ? `one day of travel takes ${seconds} s` : "parcels stand still";
}

// ── figures ──────────────────────────────────────────────────────────────────────────────────────

const number = (value) => (Number.isInteger(value) ? value.toLocaleString() : value.toLocaleString(undefined, { maximumFractionDigits: 3 }));

async function drawCounters() {
  const [source, chat] = await Promise.all([page.api("/aliexpress/ledger?from=1000000000"), page.api("/telegram/calls?from=1000000000")]);
  const refusals = Object.entries(source.outcomes).filter(([name]) => name !== "ok").reduce((sum, [, count]) => sum + count, 0);
  const rows = { "Calls to AliExpress": source.total, "of these refused": refusals, "token refreshes": source.refreshes, "Calls to Telegram": chat.total, "busiest second": chat.busiest_second };
  $("counters").replaceChildren(...Object.entries(rows).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, number(value))]));
}

const GROUPS = [["Queue", /outbox|inbox|notice|send|sent|update/], ["Budget", /budget|call|price|check|watch|token/], ["The rest", /./]];

// The common beginning of all names says nothing; a sum and its count are one figure, the mean.
function figures(samples) {
  const own = samples.filter(({ name }) => !/^(python|process)_/.test(name));
  const [first = ""] = own.map(({ name }) => name.split("_")[0]);
  const prefix = own.every(({ name }) => name.startsWith(`${first}_`)) ? `${first}_` : "";
  const sums = new Map(own.filter(({ name }) => name.endsWith("_sum")).map(({ name, labels, value }) => [name.slice(0, -4) + labels, value]));
  return own.filter(({ name, labels }) => !(name.endsWith("_sum") && sums.has(name.slice(0, -4) + labels))).map(({ name, labels, value }) => {
    const base = name.replace(/_count$/, "");
    const sum = name.endsWith("_count") ? sums.get(base + labels) : undefined;
    const shown = sum === undefined ? number(value) : `${number(value)} × ${number(value ? sum / value : 0)}`;
    return { name: (sum === undefined ? name : base).slice(prefix.length).replaceAll("_", " "), labels: labels.replaceAll('"', ""), shown };
  });
}

async function drawMetrics() {
  const { available, reason, samples } = await page.api("/metrics");
  $("metric-filter").hidden = !available;
  $("metrics-note").textContent = available ? "" : `The bot's own queue, budget and figures appear here when its metrics address is known (${reason}).`;
  const wanted = $("metric-filter").value.toLowerCase();
  let rest = figures(samples).filter(({ name, labels }) => `${name} ${labels}`.toLowerCase().includes(wanted));
  const rows = [];
  for (const [title, pattern] of GROUPS) {
    const group = rest.filter(({ name }) => pattern.test(name));
    rest = rest.filter((figure) => !group.includes(figure));
    if (group.length) rows.push(element("tr", {}, element("th", { colSpan: 2, scope: "colgroup" }, title)));
    rows.push(...group.map(({ name, labels, shown }) => element("tr", {}, element("td", {}, name, labels ? element("small", {}, ` ${labels}`) : null), element("td", {}, shown))));
  }
  $("metrics").tBodies[0].replaceChildren(...rows);
}

// Runs now and again while the panel can be seen; a failure is simply tried again.
function keep(work, seconds) {
  const run = async () => {
    if (!document.hidden && getComputedStyle($("tour")).visibility === "visible") await work().catch(() => {});
    setTimeout(run, seconds * 1000);
  };
  run();
}

export function startTour(host) {
  page = host;
  document.querySelectorAll("[data-act]").forEach((button) => button.addEventListener("click", page.told(async () => {
    await acts[button.dataset.act](button);
    if (page.pushes() && HAPPENS.has(button.dataset.act)) await page.api("/aliexpress/push", { order_id: selected, status: "" });
    await drawOrders();
  })));
  $("pace").addEventListener("input", page.told(async (event) => {
    const { seconds_per_day: seconds } = await page.api("/clock", { seconds_per_day: PACES[event.target.value] });
    drawPace(seconds);
  }));
  document.addEventListener("chat", ({ detail: chat }) => {
    const button = document.querySelector('[data-act="block"]');
    button.setAttribute("aria-pressed", String(Boolean(chat.blocked)));
    button.textContent = chat.blocked ? "Unblock the bot" : "This person blocks the bot";
  });
  document.addEventListener("fact", ({ detail: fact }) => { if (["node", "order"].includes(fact.kind)) drawOrders().catch(() => {}); });
  const tour = (shown) => { document.body.classList.toggle("touring", shown); $("open-tour").setAttribute("aria-expanded", String(shown)); if (shown) page.told(() => Promise.all([drawOrders(), drawCounters(), drawMetrics()]))(); };
  $("open-tour").addEventListener("click", () => tour(true));
  $("close-tour").addEventListener("click", () => tour(false));
  page.told(async () => drawPace((await page.api("/clock")).seconds_per_day))();
  drawFaults().catch(() => {});
  keep(drawLinks, 2);
  keep(drawOrders, 2);
  keep(drawCounters, 2);
  keep(drawMetrics, 3);
}
