"""What people write in words: phrases of others' chatbots, support chats and help pages, and what is none."""

from __future__ import annotations

import time

import pytest

from bot.intents import Intent, intent, named

# Gathered from public repositories' training phrases, tests and help pages; not written for these rules.
WHERE = """
when will my order be delivered
order kab tak aayega
delivery kab hogi
how many days will delivery take
when will my order arrive
mera order kab milega
delivery date kya hai
when can I expect my delivery
Sir, mera order kab tak deliver ho jayega?
Mera order kab aayega? Teen din se wait kar raha hoon.
order kahan hai
Meine Bestellung ist noch nicht angekommen. Wo ist mein Paket?
Hallo, wo ist meine Bestellung?
статус заказа
где заказ
покажи мой заказ
сколько ждать
отследить
проверить заказ
Как долго идёт доставка?
¿Dónde está mi pedido?
Mi pedido no ha llegado.
Quiero hacer el seguimiento de mi compra.
¿Cuándo llega mi compra?
Quiero saber el estado de mi envío
¿Ha salido ya?
Quiero saber el estado de mi compra
¿Cuándo llegará mi paquete?
Mi pedido no llegó
Quiero saber dónde está mi pedido
El pedido dice entregado pero no lo recibí
Où est ma commande ?
Bonjour, où est ma commande ?
suivi
statut commande
quand vais-je recevoir
date de livraison
Merhaba, siparişim nerede?
siparişim nerede acaba
وين طلبي
وين الطلب
وصل طلبي
متى يجي الطلب
متى يوصل
شلون الطلب
حالة الطلب
ما وصل الطلب
تتبع طلبي
فين طلبي
أين طلبي؟ وكيف أعرف حالته؟
السلام عليكم، أين طلبي؟
وين شحنتي
فين الشحنة دي
快递到哪了
我的快递到哪了
物流好久没更新了
物流查询
查一下订单
包裹到哪了
发货了吗
到了没
查快递
寄到哪
我的订单
怎么催发货
Onde está meu pedido? 🛵
Já saiu para entrega? ✨
cadê meu pedido
status do meu pedido
acompanhar pedido
Oi, meu pedido ainda não chegou
O pedido está atrasado há duas semanas e ninguém me responde.
Gdzie jest moja paczka?
status zamówienia
śledzenie przesyłki
kiedy dotrze
kiedy dostanę
kurier nie przyjechał
배송 언제 도착하나요?
이번주에 꼭 필요한 물품인데 배송 언제쯤 올까요?
배송 언제 와요?
배송 언제 오나요?
배송 언제 되나요?
배송 언제와용
배송 언제되요?!!
택배 분실된 것 같아요
택배가 아직 도착하지 않았어요.
택배가 어디쯤 왔는지 확인하고 싶어요.
いつ届きますか？
配達はいつ届きますか？
พัสดุถึงไหนแล้วคะ สั่งวันที่ 5
ใกล้ถึงแล้วหรือยังครับ?
ติดตามออเดอร์
เช็คสถานะ
ของถึงไหน
พัสดุยังไม่ถึง
ติดตามคำสั่งซื้อ
איפה החבילה שלי?
החבילה לא הגיעה
מתי יגיע
מעקב חבילה
मेरा ऑर्डर कहाँ है
Apakah bisa dikirim hari ini?
Halo kak, mau tanya soal pesanan saya.
How do i track my order
i would like find my order
I want to track my order
track order
Can you track this package
locate my shipment
has my package arrived
delivery status
what is the status
My order hasn't arrived and I'm worried
Where's my order?
Track my stuff.
When will I get my package?
Is it arriving today?
My package is stuck somewhere.
Still haven't received my order.
Just checking on my delivery.
Why is my shipment status unchanged?
havent received
still waiting for my order
nothing arrived
đơn hàng của tôi
Dov'è il mio ordine?
quando arriva
non ho ricevuto nulla
dammi ultimo ordine
miei ordini
Waar is mijn pakketje
Het duurt zo lang
wanneer ontvang ik mijn bestelling?
kargom nerede
ne zaman gelir
kaç günde
takip no
kaç güne gelir
ne zaman kargolarsiniz
sipariş takip
де моя посилка
Коли приїде моя посилка ?
Який статус має моя посилка
Доброго дня! Де моя посилка? Вже другий тиждень немає новин
Làm thế nào để theo dõi đơn hàng của tôi?
Dimana paket saya?
""".strip().splitlines()

# Of the same sources: other wishes, small talk, and what has nothing to do with a parcel.
SHOP = """
我要退货，鞋子不合脚
这个东西想申请退款
怎么申请退款
Ich möchte einen Artikel zurückschicken. Wie läuft das ab?
Je veux annuler ma commande
Remboursement demandé
hola, quiero cancelar mi pedido
मुझे रिफंड चाहिए
أريد استرداد المبلغ
환불하고 싶어요
Какова ваша политика возврата товара?
Я недоволен — товар сломан при доставке!
Do you offer refunds?
order cancel karo
cancel my shipment
dajcie człowieka
I want to file a complain
""".strip().splitlines()

NEITHER = """
blue lamp
Show me restaurants
No puedo entrar
Problème de paiement
Die App stürzt beim Öffnen immer wieder ab.
Was kann ich tun?
유통기한은 언제까지 인가요?
사이즈가 안 맞아요
手机壳怎么样？
¿Cuánto cuesta?
Ist der Versand kostenlos?
هل يوجد مقاس أكبر؟
Quero comprar um pastel
are you a bot?
what is the weather like
kitne paise
tôi cần tư vấn
Modes de paiement
wie wird das Wetter
""".strip().splitlines()

THANKS = """
thanks
Thank you so much!
Great, thanks 👍
Muchas gracias
que bien gracias
Merci beaucoup, bonne journée.
Valeu
Obrigada
Grazie mille
Vielen Dank!
Dank je wel
dziękuję bardzo
Спасибо большое
Дякую!
Teşekkür ederim
terima kasih kak
cảm ơn nhé
شكراً جزيلاً
תודה רבה
धन्यवाद
ขอบคุณมากครับ 🙏
ありがとうございます
감사합니다
谢谢啊
👍
❤️🙏🏻
""".strip().splitlines()

GREETINGS = """
hi
Hello there
hola buenas
Bonjour
Guten Tag
Olá
привет
xin chào
chào shop
こんにちは
안녕하세요
你好
Merhaba
سلام عليكم
""".strip().splitlines()


@pytest.mark.parametrize("text", WHERE)
def test_a_question_after_the_parcel_is_one(text: str) -> None:
    assert intent(text) is Intent.WHERE


@pytest.mark.parametrize("text", SHOP)
def test_what_only_the_shop_can_settle_is_the_shops(text: str) -> None:
    assert intent(text) is Intent.SHOP


@pytest.mark.parametrize("text", NEITHER)
def test_other_words_are_not_guessed_at(text: str) -> None:
    assert intent(text) is None


@pytest.mark.parametrize("text", THANKS)
def test_thanks_are_thanks(text: str) -> None:
    assert intent(text) is Intent.THANKS


@pytest.mark.parametrize("text", GREETINGS)
def test_a_greeting_is_one(text: str) -> None:
    assert intent(text) is Intent.GREETING


def test_a_name_is_found_in_what_somebody_writes() -> None:
    names = [("1", "Blue lamp"), ("2", "Lamp"), ("3", "Żółta Torba"), ("4", "靴"), ("5", "")]
    assert named("blue LAMP", names) == ["1"]
    assert named("where is my blue lamp?", names) == ["1", "2"]
    assert named("zolta torba", names) == ["3"]
    assert named("靴", names) == ["4"]
    assert named("clamp", names) == []
    assert named("", names) == []


def test_a_very_long_text_costs_no_time() -> None:
    started = time.perf_counter()
    for text in ("where " * 100_000, "я" * 1_000_000, "?" * 1_000_000, "👍" * 1_000_000):
        intent(text)
        named(text, [("1", "lamp")])
    assert time.perf_counter() - started < 0.5
