from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram.html import BadMarkup, detect_entities, parse_html, plain_text, units


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b>", "a", [{"type": "bold", "offset": 0, "length": 1}]),
        ("<strong>a</strong>", "a", [{"type": "bold", "offset": 0, "length": 1}]),
        ("😀<i>b</i>", "😀b", [{"type": "italic", "offset": 2, "length": 1}]),
        ("&lt;b&gt; &amp; &quot; &#169; &nbsp;", '<b> & " © &nbsp;', []),
        ("  <b> a </b>\n", "a", [{"type": "bold", "offset": 0, "length": 1}]),
        ("<b></b>x", "x", []),
        ("<B>a</>", "a", [{"type": "bold", "offset": 0, "length": 1}]),
        (
            '<a href="https://x.org/?a=1&amp;b=2">x</a>',
            "x",
            [{"type": "text_link", "offset": 0, "length": 1, "url": "https://x.org/?a=1&b=2"}],
        ),
        ('<a href="no address">x</a>', "x", []),
        ("<tg-spoiler>s</tg-spoiler>", "s", [{"type": "spoiler", "offset": 0, "length": 1}]),
        ('<span class="tg-spoiler">s</span>', "s", [{"type": "spoiler", "offset": 0, "length": 1}]),
        ("<blockquote>q</blockquote>", "q", [{"type": "blockquote", "offset": 0, "length": 1}]),
        (
            "<blockquote expandable>q</blockquote>",
            "q",
            [{"type": "expandable_blockquote", "offset": 0, "length": 1}],
        ),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [{"type": "pre", "offset": 0, "length": 1, "language": "py"}],
        ),
        (
            '<tg-time unix="1764000000" format="wDt">x</tg-time>',
            "x",
            [
                {
                    "type": "date_time",
                    "offset": 0,
                    "length": 1,
                    "unix_time": 1764000000,
                    "date_time_format": "wDt",
                }
            ],
        ),
        (
            "<tg-time unix='0'>x</tg-time>",
            "x",
            [{"type": "date_time", "offset": 0, "length": 1, "unix_time": 0}],
        ),
        (
            "<b>a<i>b</i></b>",
            "ab",
            [{"type": "bold", "offset": 0, "length": 2}, {"type": "italic", "offset": 1, "length": 1}],
        ),
    ],
)
def test_good_markup(source: str, text: str, entities: list[dict[str, object]]) -> None:
    rich = parse_html(source)
    assert rich.text == text
    assert list(rich.entities) == entities


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("é<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x!>y</a>", "Unexpected end of name token at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-time unix="soon">x</tg-time>', "Invalid Unix time specified at byte offset 0"),
        ('<tg-time unix="1" format="q">x</tg-time>', "Invalid date format specified at byte offset 0"),
        ('<tg-time unix="1" format="rd">x</tg-time>', "Invalid date format specified at byte offset 0"),
    ],
)
def test_bad_markup(source: str, message: str) -> None:
    with pytest.raises(BadMarkup) as caught:
        parse_html(source)
    assert str(caught.value) == message


@given(st.text(alphabet=st.sampled_from("<>/&;\"' =abi#x1😀é\n")))
def test_any_text_parses_or_is_refused_and_entities_lie_within(source: str) -> None:
    try:
        rich = parse_html(source)
    except BadMarkup:
        return
    for entity in rich.entities:
        offset, length = entity["offset"], entity["length"]
        assert isinstance(offset, int)
        assert isinstance(length, int)
        assert 0 <= offset < offset + length <= units(rich.text)


def test_commands_and_addresses_are_found_where_nothing_else_lies() -> None:
    rich = detect_entities(parse_html("/track x, see https://a.org/b. <code>/help</code>"))
    kinds = [(entity["type"], entity["offset"], entity["length"]) for entity in rich.entities]
    assert kinds == [("bot_command", 0, 6), ("url", 14, 15), ("code", 31, 5)]


def test_slashes_inside_words_are_no_commands() -> None:
    assert detect_entities(plain_text("1/2 and a/b")).entities == ()
