// Tell the parcel bot of an order: PARCELS_URL=https://parcels.example.com PARCELS_KEY=pk_… node parcels.mjs
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/**
 * Send an order {aliexpress_orders, shop_order, name, language}; returns one row for each AliExpress order, with
 * `claim_link` and `page`. Sending it again has no second effect. Throws with the API's detail.
 */
export async function watchOrder(order) {
  const body = JSON.stringify(order);
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(process.env.PARCELS_URL.replace(/\/$/, "") + "/api/v1/orders", {
      method: "POST",
      headers: {
        Authorization: `Bearer ${process.env.PARCELS_KEY}`,
        "Content-Type": "application/json",
        "Idempotency-Key": createHash("sha256").update(body).digest("hex"),
      },
      body,
    });
    if (answer.ok) return (await answer.json()).orders;
    if (![429, 503].includes(answer.status) || attempt === 5) throw new Error(await answer.text());
    await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers.get("retry-after") ?? 1)));
  }
}

/**
 * For Shopify's webhook orders/updated: `raw` is the body as it came, `hmac` the header X-Shopify-Hmac-Sha256,
 * `secret` your app's. Returns the rows; nothing where the order has no AliExpress number yet.
 */
export async function shopifyOrder(raw, hmac, secret) {
  const ours = createHmac("sha256", secret).update(raw).digest();
  const theirs = Buffer.from(hmac ?? "", "base64");
  if (ours.length !== theirs.length || !timingSafeEqual(ours, theirs)) throw new Error("not signed by Shopify");
  const order = JSON.parse(raw);
  const noted = order.note_attributes.filter((one) => /aliexpress/i.test(one.name)).map((one) => String(one.value));
  const numbers = [...noted, order.note ?? ""].join("\n").match(/(?<!\d)\d{15,19}(?!\d)/g) ?? [];
  if (numbers.length === 0) return [];
  return watchOrder({
    aliexpress_orders: numbers.join(", "),
    shop_order: order.name,
    name: order.line_items[0]?.title.slice(0, 64) ?? "",
    language: order.customer_locale ?? "",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sent = await text(process.stdin); // an order, or with HMAC and SECRET what Shopify sends
  const rows = process.env.HMAC
    ? await shopifyOrder(sent, process.env.HMAC, process.env.SECRET)
    : await watchOrder(JSON.parse(sent));
  console.log(JSON.stringify(rows));
}
