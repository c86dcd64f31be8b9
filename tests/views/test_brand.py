"""A shop's own brand: no customer reads AliExpress's name, in any view, in any language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.i18n import CATALOGS, LANGUAGES, Words, plain
from bot.model import Chat, Message, NodeText, Shop, Stage
from bot.views import brand, card, picture, states, timeline, wording
from tests.views import scenes
from tests.views.scenes import CHAT, FACTS, FOLLOW, NOW, ORDER, PARCEL, SCENES, SHOP, node

OWN = replace(SHOP, brand=True)
SPOKEN = [code for code in LANGUAGES if code == "en" or (CATALOGS / code).is_dir()]
# Views that only the operator's chats see.
FOR_THE_OPERATOR = ("admin.", "board.", "lists.", "commands.admin_commands", "replies.help_ of the team")


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are made of the same words; to draw them in every language takes longer than all the rest."""
    monkeypatch.setattr(picture, "journey", lambda *_, **__: None)


def branded(language: str = "en", shop: Shop = OWN) -> Words:
    return brand.words_for(replace(CHAT, language=language), shop)


def texts(said: object) -> str:
    """Everything of an answer that a reader sees or can open."""
    if not isinstance(said, Message):
        return str(said)
    buttons = [(button.text, button.url, button.copy) for row in said.buttons for button in row]
    document = said.document[1].decode("utf-8", "replace") if said.document else ""
    return f"{said.text} {buttons} {said.document and said.document[0]} {document}"


@pytest.mark.parametrize("language", SPOKEN)
def test_no_view_for_customers_names_aliexpress(language: str) -> None:
    words = branded(language)
    named = [
        name
        for name, scene in SCENES.items()
        if not name.startswith(FOR_THE_OPERATOR) and brand.is_named(texts(scene(words)))
    ]
    assert not named


@pytest.mark.parametrize("language", SPOKEN)
def test_what_carriers_and_sellers_write_names_it_nowhere(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = tuple(
        replace(each, name=f"菜鸟 {each.name}", description="АлиЭкспресс, Cainiao") for each in PARCEL.nodes
    )
    items = tuple(
        replace(each, title=f"Ａｌｉ Express {each.title}", variant=f"速卖通 {each.variant}")
        for each in PARCEL.items
    )
    parcel = replace(PARCEL, carrier="AliExpress Selection Standard", nodes=nodes, items=items)
    texts = {each.seq: NodeText(name="アリエクスプレス", description="علي اكسبرس") for each in nodes}
    order = replace(ORDER, parcels=(parcel,))
    monkeypatch.setattr(scenes, "ORDER", order)
    monkeypatch.setattr(scenes, "FACTS", replace(FACTS, order=order, texts=texts))
    test_no_view_for_customers_names_aliexpress(language)


@pytest.mark.parametrize(
    "name",
    [
        "AliExpress",
        "ALI_EXPRESS",
        "Ali-Express",
        "Ａｌｉ\u2060Ｅｘｐｒｅｓｓ",
        "aliexpress.ru",
        "aliexpressdirect",
        "AliEkspres",
        "Aliexprés",
        "Cainiao",
        "CAINIAO_STANDARD",
        "cainiao.com",
        "Cai-Niao",
        "Alibaba",
        "全球速卖通",
        "速賣通",
        "菜鸟驿站",
        "菜鳥",
        "阿里巴巴",
        "АлиЭкспресса",
        "Али-экспрес",
        "Аліекспрес",
        "Цайняо",
        "Кайняо",
        "Алибаба",
        "アリエクスプレス",
        "アリ・エクスプレス",
        "アリエク",
        "ツァイニャオ",
        "알리익스프레스",
        "차이냐오",
        "عليإكسبريس",
        "عليأكسبرس",
        "كاينياو",
        "אליאקספרס",
        "עליאקספרס",
        "קאיניאו",
        "अलीएक्सप्रेस",
        "अलिएक्सप्रेस",
        "कैनियाओ",
        "อาลีเอ็กซ์เพรส",
        "อาลีเอกซ์เพรส",
        "ไช่เหนี่ยว",
    ],
)
def test_the_name_is_known_however_it_is_written(name: str) -> None:
    assert brand.is_named(f"Parcel of {name}, today")


@pytest.mark.parametrize(
    "name", ["Bali Express", "Natali Express", "Ali Bey", "Express", "Экспресс-доставка", "알리다", "Cairo"]
)
def test_other_names_stay(name: str) -> None:
    assert brand.without_names(branded(), name) == name


def test_without_a_brand_and_for_the_operator_it_is_named() -> None:
    scene = SCENES["card.card while AliExpress is silent"]
    for words in (
        brand.words_for(CHAT, SHOP),
        brand.words_for(CHAT, OWN, operator=True),
    ):
        said = texts(scene(words))
        assert "AliExpress isn't responding" in said
        assert "Cainiao" in said


@pytest.mark.parametrize("language", SPOKEN)
def test_every_twin_is_said_without_the_name(language: str) -> None:
    words = branded(language)
    for usual, twin in brand.TWINS.items():
        assert brand.NAMES.search(usual)
        assert not brand.NAMES.search(words.t(twin))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("AliExpress Selection Standard", "Standard shipping"),
        ("AliExpress standard shipping", "Standard shipping"),
        ("Cainiao Super Economy Global", "Economy shipping"),
        ("AliExpress Saver Shipping", "Economy shipping"),
        ("AliExpress Premium Shipping", "Express shipping"),
        ("Cainiao Express", "Express shipping"),
        ("CAINIAO", ""),
        ("菜鸟", ""),
        ("GLS", "GLS"),
    ],
)
def test_carriers_that_carry_the_name_become_neutral(name: str, shown: str) -> None:
    assert brand.carrier(branded(), name) == shown
    assert brand.carrier(Words("en"), name) == name


@pytest.mark.parametrize(
    "text",
    [
        "Your order left the AliExpress warehouse",
        "Received by Ali Express Selection",
        "菜鸟国际 已揽收",
        "Посылка покинула склад АлиЭкспресс",
        "CAINIAO: departed",
    ],
)
def test_an_entry_that_names_it_is_told_by_its_stage(text: str) -> None:
    named = node(9, 1, Stage.LOCAL_TRANSIT, text)
    assert wording.node_text(branded(), FACTS, named) == "In transit in the destination country"
    assert plain(wording.node_text(Words("en"), FACTS, named)) == text


def test_places_at_the_origin_are_left_out_where_the_shop_wants_it() -> None:
    words = branded(shop=replace(OWN, blur_origin=True))
    told = [plain(wording.node_text(words, FACTS, each)) for each in PARCEL.nodes]
    assert told == [
        "Arrived at sorting center [Leipzig]",
        "Arrived in the destination country/region",
        "In transit between countries",
        "Handed to the carrier",
        plain(states.stage_name(words, Stage.UPDATE)),
    ]
    assert plain(wording.node_text(branded(), FACTS, PARCEL.nodes[2])) == "Departed from airport of origin"


def test_its_tracking_page_is_not_offered() -> None:
    def links(words: Words) -> list[str]:
        said = timeline.timeline(words, FACTS, FOLLOW, now=NOW)
        return [button.url for row in said.buttons for button in row if button.url]

    assert links(Words("en"))
    assert not links(branded())


def test_articles_lose_the_name_and_the_shops_words_greet() -> None:
    article = replace(PARCEL.items[0], title="AliExpress lamp")
    facts = replace(FACTS, order=replace(ORDER, parcels=(replace(PARCEL, items=(article,)),)))
    said = card.card(branded(), facts, FOLLOW, now=NOW).text
    assert "2 × lamp" in said


def test_only_the_operators_chats_are_told_apart() -> None:
    chat: Chat = CHAT
    assert brand.words_for(chat, OWN, operator=True).brand is None
    assert brand.words_for(chat, replace(OWN, brand=False, blur_origin=True)).brand is None
