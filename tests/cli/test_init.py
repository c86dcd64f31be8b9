"""`init` asks, tries each answer on the spot, writes a file that works, and keeps what was there."""

from __future__ import annotations

import stat
import threading
from datetime import time
from pathlib import Path

import pytest

from bot import settings
from bot.cli.envfile import EnvFile
from bot.shop import load_shop
from tests.cli.conftest import Sandbox, Terminal

MADE = ("LINK_SECRET", "WEBHOOK_SECRET", "TOKEN_KEY")


@pytest.fixture
def asked(terminal: Terminal, sandbox: Sandbox) -> Terminal:
    """A terminal that only knows where the stand-ins are."""
    terminal.environment = {
        "TELEGRAM_API_URL": sandbox.told["telegram_api_url"],
        "ALIEXPRESS_API_URL": sandbox.told["aliexpress_api_url"],
    }
    return terminal


def script(
    sandbox: Sandbox,
    *,
    telegram: str = "",
    aliexpress: str = "",
    people: str = "",
    shop: str = "\n\n\n",
    end: str = "n\n",
) -> str:
    """The answers of an operator; an empty part takes the usual ones."""
    told = sandbox.told
    return (
        (telegram or f"{told['bot_token']}\n")
        + (aliexpress or f"{told['app_key']}\n{told['app_secret']}\n\n")
        + (people or "n\n5000000001\nlink\npt_BR\n\n")
        + shop
        + end
    )


def written(terminal: Terminal) -> dict[str, str]:
    return EnvFile.read(terminal.folder / ".env").values


def test_the_answers_make_a_file_that_the_bot_starts_with(asked: Terminal, sandbox: Sandbox) -> None:
    result = asked.run("init", answers=script(sandbox))
    assert result.exit_code == 0, result.output
    path = asked.folder / ".env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    chosen = settings.load_settings(environ={}, dotenv=path)
    assert chosen.admin_chat_ids == (5000000001,)
    assert chosen.access == "link"
    assert (chosen.default_language, chosen.default_time_zone) == ("pt_BR", "America/Sao_Paulo")
    assert chosen.telegram_api_url == sandbox.told["telegram_api_url"]


def test_it_tells_what_each_answer_opened_and_ends_with_the_round_of_doctor(
    asked: Terminal, sandbox: Sandbox
) -> None:
    output = asked.run("init", answers=script(sandbox)).output
    assert "✓ this is @parcel_demo_bot" in output
    assert "✓ app key and signature are accepted" in output
    assert "✗ login" in output
    assert "python -m bot run" in output


def test_secrets_are_made_long_different_and_never_shown(asked: Terminal, sandbox: Sandbox) -> None:
    output = asked.run("init", answers=script(sandbox)).output
    made = [written(asked)[name] for name in MADE]
    assert len(set(made)) == 3
    assert min(map(len, made)) >= 32
    for secret in (*made, sandbox.told["bot_token"], sandbox.told["app_secret"]):
        assert secret not in output


def test_a_wrong_answer_is_refused_on_the_spot_and_asked_again(asked: Terminal, sandbox: Sandbox) -> None:
    told = sandbox.told
    answers = script(
        sandbox,
        telegram=f"nonsense\n700000001:{'x' * 30}\n{told['bot_token']}\n",
        aliexpress=f"999\n{told['app_secret']}\n{told['app_key']}\nwrong-secret\n"
        f"{told['app_key']}\n{told['app_secret']}\nnot a url\nhttps://shop.example/cb\n",
        people="n\nme\n5000000001\nnobody\nopen\nxx\nde\nMars/Base\nWien\n",
    )
    result = asked.run("init", answers=answers)
    assert result.exit_code == 0, result.output
    assert result.output.count("✗ ") >= 9
    assert "Telegram refuses this token" in result.output
    assert "ALIEXPRESS_APP_SECRET" in result.output
    found = written(asked)
    assert found["ALIEXPRESS_APP_SECRET"] == told["app_secret"]
    assert found["ALIEXPRESS_CALLBACK_URL"] == "https://shop.example/cb"
    assert found["DEFAULT_TIME_ZONE"] == "Europe/Vienna"


def test_what_the_settings_would_refuse_is_refused_when_it_is_answered(
    asked: Terminal, sandbox: Sandbox
) -> None:
    told = sandbox.told
    answers = script(
        sandbox,
        aliexpress=f"my key\n{told['app_key']}\n{told['app_secret']}\nhttp://[::1\n\n",
        people=f"n\n{2**63}\n-0\n\nprivate\nOPEN\nGerman\nMars\nMünchen\n",
    )
    result = asked.run("init", answers=answers)
    assert result.exit_code == 0, result.output
    assert "named none" in result.output, "nobody could use a private bot without admins"
    chosen = settings.load_settings(environ={}, dotenv=asked.folder / ".env")
    assert (chosen.access, chosen.admin_chat_ids) == ("open", ())
    assert (chosen.default_language, chosen.default_time_zone) == ("de", "Europe/Berlin")
    assert "✓ Europe/Berlin: it is " in result.output


@pytest.mark.parametrize(("file", "why"), [("nowhere/.env", "no folder"), (".", "is a folder")])
def test_a_place_where_nothing_can_be_written_is_named_before_any_question(
    asked: Terminal, file: str, why: str
) -> None:
    result = asked.run("init", "--file", file)
    assert "Bot token" not in result.output
    assert why in str(result.exception)


def test_the_shops_name_contact_and_brief_are_asked(asked: Terminal, sandbox: Sandbox) -> None:
    shop = 'Lamp "&" Light\n@lamp_help\n8:00\n25:00\n08:30\n'
    result = asked.run("init", answers=script(sandbox, shop=shop))
    assert result.exit_code == 0, result.output
    assert result.output.count("two digits each") == 2
    chosen = settings.load_settings(environ={}, dotenv=asked.folder / ".env")
    assert chosen.brief_at == time(8, 30)
    assert chosen.shop_file == "shop/shop.toml"
    named = load_shop(chosen.shop_file)("en")
    assert (named.name, named.support) == ('Lamp "&" Light', "@lamp_help")
    assert stat.S_IMODE((asked.folder / "shop/shop.toml").stat().st_mode) == 0o644
    assert '✓ shop          Lamp "&" Light' in result.output
    again = asked.run("init", answers="\n" * 13)
    assert "They are in shop/shop.toml: change them there." in again.output


def test_access_is_explained_before_it_is_chosen(asked: Terminal, sandbox: Sandbox) -> None:
    output = asked.run("init", answers=script(sandbox)).output
    for word in ("open", "link", "private"):
        assert output.index(f"{word}: ") < output.index("Who may add orders")


def test_again_with_enter_everywhere_it_changes_nothing(asked: Terminal, sandbox: Sandbox) -> None:
    asked.run("init", answers=script(sandbox))
    path = asked.folder / ".env"
    path.write_text(path.read_text() + "# mine\nSOMETHING_ELSE=1\nCHECK_MIN_SECONDS=700\n")
    before = path.read_text()
    result = asked.run("init", answers="\n" * 15)
    assert result.exit_code == 0, result.output
    assert path.read_text() == before


def test_a_file_is_not_touched_where_the_operator_says_no(asked: Terminal) -> None:
    path = asked.folder / ".env"
    path.write_text("TELEGRAM_BOT_TOKEN=1:a\n")
    assert asked.run("init", answers="n\n").exit_code == 1
    assert path.read_text() == "TELEGRAM_BOT_TOKEN=1:a\n"


def test_giving_up_half_way_writes_nothing(asked: Terminal, sandbox: Sandbox) -> None:
    result = asked.run("init", answers=f"{sandbox.told['bot_token']}\n")
    assert result.exit_code == 1
    assert list(asked.folder.iterdir()) == []


def test_the_operators_chat_is_found_by_a_message_that_is_not_lost(
    asked: Terminal, own_sandbox: Sandbox
) -> None:
    asked.environment = {
        "TELEGRAM_API_URL": own_sandbox.told["telegram_api_url"],
        "ALIEXPRESS_API_URL": own_sandbox.told["aliexpress_api_url"],
    }
    stranger = own_sandbox.control("/chats", type="private", first_name="Bob", started=True)
    own_sandbox.control(f"/chats/{stranger['id']}/say", text="/start")
    chat = own_sandbox.control("/chats", type="private", first_name="Ann", started=True)
    done = threading.Event()

    def keep_writing() -> None:  # init may still be asking for the token when the first one arrives
        while not done.wait(0.5):
            own_sandbox.control(f"/chats/{chat['id']}/say", text="/start")

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        result = asked.run("init", answers=script(own_sandbox, people="y\ny\nopen\nen\n\n"))
    finally:
        done.set()
        writer.join()
    assert result.exit_code == 0, result.output
    assert "(Ann)" in result.output
    assert written(asked)["ADMIN_CHAT_IDS"] == str(chat["id"])
    assert len(own_sandbox.bot("getUpdates")) >= 2, "the bot still has to answer them"


def test_a_webhook_that_keeps_messages_away_is_named(asked: Terminal, own_sandbox: Sandbox) -> None:
    asked.environment = {
        "TELEGRAM_API_URL": own_sandbox.told["telegram_api_url"],
        "ALIEXPRESS_API_URL": own_sandbox.told["aliexpress_api_url"],
    }
    own_sandbox.bot("setWebhook", url="https://elsewhere.example.com/hook", secret_token="s")
    output = asked.run("init", answers=script(own_sandbox, people="y\n5000000001\nopen\nen\n\n")).output
    assert "Telegram gives no messages (" in output
    assert "webhook" in output


def test_without_a_network_answers_can_be_kept_untested(asked: Terminal, sandbox: Sandbox) -> None:
    asked.environment = {"TELEGRAM_API_URL": "http://127.0.0.1:9", "ALIEXPRESS_API_URL": "http://127.0.0.1:9"}
    told = sandbox.told
    answers = script(
        sandbox,
        telegram=f"{told['bot_token']}\nn\n{told['bot_token']}\ny\n",
        aliexpress=f"{told['app_key']}\n{told['app_secret']}\ny\n\n",
    )
    result = asked.run("init", answers=answers)
    assert result.exit_code == 0, result.output
    assert written(asked)["TELEGRAM_BOT_TOKEN"] == told["bot_token"]


def test_the_login_can_follow_at_once(asked: Terminal, own_sandbox: Sandbox) -> None:
    asked.environment = {
        "TELEGRAM_API_URL": own_sandbox.told["telegram_api_url"],
        "ALIEXPRESS_API_URL": own_sandbox.told["aliexpress_api_url"],
    }
    code = own_sandbox.control("/aliexpress/tokens", action="code")["code"]
    address = f"https://127.0.0.1/callback?code={code}"
    output = asked.run("init", answers=script(own_sandbox, end=f"y\n{address}\n")).output
    assert "Connected." in output
    assert "✓ login" in output
    assert code not in output.replace(address, "")


def test_a_login_that_fails_does_not_lose_the_rest(asked: Terminal, sandbox: Sandbox) -> None:
    output = asked.run(
        "init", answers=script(sandbox, end="y\nhttps://127.0.0.1/callback?code=3_wrong_code\n")
    ).output
    assert "again with: python -m bot authorize" in output
    assert written(asked).keys() >= set(MADE)


def test_another_file_can_be_written(asked: Terminal, sandbox: Sandbox, tmp_path: Path) -> None:
    result = asked.run("init", "--file", str(tmp_path / "other.env"), answers=script(sandbox, end=""))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "other.env").is_file()
    assert not (tmp_path / ".env").exists()
