"""What is handed to operators to run: image, compose file, unit, alert rules, Litestream.

Nothing here can be built without an engine, so it is read closely, and the wheel, which is what the image
installs, runs with the image's environment and commands.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import __version__
from bot.cli.checks.machine import OF_COMPOSE
from bot.settings import Settings
from tests.cli.conftest import Sandbox, own_sandbox

__all__ = ["own_sandbox"]  # a fixture

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "docs/deploy"


# ── the image ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Step:
    """One instruction of the Dockerfile."""

    word: str
    rest: str

    @property
    def list(self) -> list[str]:
        """Its exec form."""
        found: list[str] = json.loads(self.rest)
        return found


def dockerfile() -> list[Step]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [Step(*line.split(" ", 1)) for line in joined.splitlines()]


def stages() -> list[list[Step]]:
    found: list[list[Step]] = []
    for step in dockerfile():
        if step.word == "FROM":
            found.append([])
        if found:
            found[-1].append(step)
    return found


def final(word: str) -> list[str]:
    return [step.rest for step in stages()[-1] if step.word == word]


def environment() -> dict[str, str]:
    return dict(part.split("=", 1) for line in final("ENV") for part in shlex.split(line))


def test_the_last_stage_carries_no_build_tools() -> None:
    assert len(stages()) == 2
    assert not any("pip" in step.rest for step in stages()[-1])
    assert any("pip uninstall" in step.rest for step in stages()[0])
    assert [step.rest for step in stages()[-1] if step.word == "COPY"] == ["--from=build /opt/venv /opt/venv"]


def test_images_are_pinned_by_digest(compose: Any) -> None:
    (base,) = [step.rest for step in dockerfile() if step.word == "ARG" and step.rest.startswith("PYTHON=")]
    assert [stage[0].rest.split()[0] for stage in stages()] == ["${PYTHON}"] * 2
    named = [service["image"] for service in compose["services"].values() if "build" not in service]
    for image in (base.removeprefix("PYTHON="), *named):
        assert re.fullmatch(r"[a-z]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}", image), image


def test_what_is_downloaded_is_installed_as_locked() -> None:
    downloads = [step.rest for step in dockerfile() if re.search(r"pip (install|wheel)", step.rest)]
    for line in downloads:
        locked = {"--require-hashes", "--only-binary=:all:", "--no-cache-dir"} <= set(line.split())
        assert locked or {"--no-index", "--no-deps"} <= set(line.split()), line
    for name in ("requirements.txt", "requirements-build.txt"):
        assert any(f"-r {name}" in line for line in downloads)
        assert "--hash=sha256:" in (ROOT / name).read_text(encoding="utf-8")


def test_the_image_installs_the_wheel() -> None:
    steps = [step.rest for step in stages()[0]]
    assert any("pip wheel" in step and step.endswith("--wheel-dir /wheel .") for step in steps)
    assert any(step.endswith("/wheel/*.whl") for step in steps)
    assert "PYTHONPATH" not in environment()


def test_it_runs_as_nobody_in_particular_and_owns_only_its_data() -> None:
    assert final("USER") == ["10001:10001"]
    assert final("VOLUME") == ["/data"]
    assert final("WORKDIR") == ["/data"]
    assert not any("chown" in step.rest or "--chown" in step.rest for step in dockerfile())
    assert environment()["DATABASE_URL"] == "sqlite:////data/bot.db"
    assert environment()["PYTHONDONTWRITEBYTECODE"] == "1", "the root file system may be read-only"


def test_no_secret_is_baked_in_and_nothing_fetched_by_hand() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").lower()
    assert not re.search(r"\b(add|curl|wget|secret|token|password)\b", text)
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text)


def test_commands_are_in_exec_form_so_that_signals_arrive() -> None:
    assert json.loads(final("ENTRYPOINT")[0]) == ["parcel-bot"]
    assert json.loads(final("CMD")[0]) == ["run"]
    assert final("STOPSIGNAL") == ["SIGTERM"]


def test_only_what_is_copied_leaves_the_folder() -> None:
    """The ignore file shuts out everything, then lets in exactly what the image copies."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    copies = [step.rest.split() for step in dockerfile() if step.word == "COPY" and "--from" not in step.rest]
    copied = {source for words in copies for source in words[:-1]}
    assert let_in == copied
    assert all((ROOT / name).exists() for name in copied)


def _inside(folder: Path, **more: str) -> dict[str, str]:
    """The image's environment, with its data in `folder`."""
    told = environment() | {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return told | {"DATABASE_URL": f"sqlite:///{folder}/bot.db"} | more


def _wait_until_ready(url: str, deadline: float) -> None:
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except urllib.error.HTTPError as error:
            error.close()
    pytest.fail("the bot did not become ready")


@pytest.mark.process
def test_it_gets_healthy_and_stops(program: Path, tmp_path: Path, own_sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    env = _inside(tmp_path, **own_sandbox.settings) | {"LISTEN": f"0.0.0.0:{port}"}
    env["DATABASE_URL"] = f"sqlite:///{tmp_path}/bot.db"
    (check,) = final("HEALTHCHECK")
    command = json.loads(check[check.index("CMD ") + 4 :])
    healthy = [sys.executable, *command[1:]]
    words = [str(program), *json.loads(final("CMD")[0])]
    ann = own_sandbox.control("/chats", type="private", first_name="Ann", started=True)
    own_sandbox.control(f"/chats/{ann['id']}/say", text="/start")  # or the first answer comes after 50 s
    lines: list[str] = []
    with subprocess.Popen(words, env=env, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as bot:
        try:
            assert bot.stderr is not None
            for line in bot.stderr:
                lines.append(line)
                if "connected to Telegram" in line:
                    break
            _wait_until_ready(f"http://127.0.0.1:{port}/ready", time.monotonic() + 180)
            subprocess.run(healthy, env=env, capture_output=True, check=True)
            doctor = subprocess.run(
                [str(program), "doctor", "--json"],
                env=env, cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False,
            )  # fmt: skip
        finally:
            bot.send_signal(signal.SIGTERM)
            _, rest = bot.communicate(timeout=120)
    assert bot.returncode == 0
    told = {one["check"]: one["text"] for one in json.loads(doctor.stdout)["findings"]}
    assert "is used by the running bot, which is ready" in told["port"]
    assert told["writer"] == f"a bot is running on it (process {bot.pid})"
    assert doctor.returncode == 0
    assert all(json.loads(line)["event"] for line in [*lines, *rest.splitlines()]), "LOG_FORMAT=json"
    assert {path.name for path in tmp_path.iterdir()} >= {"bot.db"}


# ── compose ─────────────────────────────────────────────────────────────────────────────────────

SERVICE_KEYS = {
    "build", "image", "env_file", "environment", "volumes", "deploy", "depends_on", "init", "read_only",
    "tmpfs", "cap_drop", "security_opt", "stop_grace_period", "restart", "logging", "profiles",
    "healthcheck", "ports", "command",
}  # fmt: skip


def _yaml(path: Path) -> Any:
    yaml = pytest.importorskip("yaml", reason="PyYAML reads compose and alert files in tests")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def compose() -> Any:
    return _yaml(ROOT / "compose.yaml")


def test_compose_names_what_it_uses(compose: Any) -> None:
    assert compose.keys() == {"name", "services", "volumes"}
    for name, service in compose["services"].items():
        assert service.keys() <= SERVICE_KEYS, name
        assert set(service.get("depends_on", ())) <= compose["services"].keys()
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            known = source == "./shop" or (ROOT / source).is_file() or source in compose["volumes"]
            assert known, volume


def test_by_default_one_bot_runs_and_publishes_nothing(compose: Any) -> None:
    always = [name for name, service in compose["services"].items() if not service.get("profiles")]
    assert always == ["bot"]
    bot = compose["services"]["bot"]
    assert "ports" not in bot
    assert bot["environment"]["DATABASE_URL"] == "${DATABASE_URL:-sqlite:////data/bot.db}"
    assert bot["deploy"]["replicas"] == "${REPLICAS:-1}"


def test_the_bot_is_shut_in(compose: Any) -> None:
    bot = compose["services"]["bot"]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert bot["security_opt"] == ["no-new-privileges:true"]
    assert int(bot["stop_grace_period"].removesuffix("s")) > 10, "it may take ten seconds to settle"


def test_the_bot_waits_for_postgresql_only_where_that_runs(compose: Any) -> None:
    waits = compose["services"]["bot"]["depends_on"]["database"]
    assert waits == {"condition": "service_healthy", "required": False}
    assert compose["services"]["database"]["profiles"] == ["postgres"]
    assert "healthcheck" in compose["services"]["database"]


def test_variables_have_defaults_and_are_known() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    used = dict(re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text))
    assert all(rest.startswith(":-") for rest in used.values()), "an unset one must not stop the default"
    ours = {name.upper() for name in Settings.model_fields}
    assert set(used) - ours == OF_COMPOSE, "doctor takes others for typing mistakes"


def test_the_proxy_lets_nobody_to_the_inner_pages() -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    (paths,) = re.findall(r"@doors path (.*)", text)
    assert paths.split() == ["/telegram", "/telegram/*", "/aliexpress/push", "/api/v1/*", "/t/*"]
    assert "respond 404" in text
    assert text.count("{") == text.count("}")


# ── systemd ─────────────────────────────────────────────────────────────────────────────────────


def _unit() -> configparser.ConfigParser:
    class Many(dict[str, Any]):
        """Keeps every value of a key that comes again."""

        def __setitem__(self, key: str, value: Any) -> None:
            if key in self and isinstance(value, list):
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = configparser.ConfigParser(strict=False, interpolation=None, dict_type=Many)
    # Names keep their case; the checker takes the documented way for a mistake.
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / "parcel-bot.service", encoding="utf-8")
    return parser


def test_the_unit_stops_gently_and_does_not_retry_wrong_settings() -> None:
    service = _unit()["Service"]
    assert int(service["TimeoutStopSec"]) > 10
    assert service["RestartPreventExitStatus"] == "2"
    assert service["ExecStart"].endswith("/parcel-bot run")
    assert service["User"] == "parcel-bot"
    assert service["StateDirectoryMode"] == "0700"


def test_the_unit_is_one_that_systemd_reads(tmp_path: Path) -> None:
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        pytest.skip("no systemd here")
    text = (DEPLOY / "parcel-bot.service").read_text(encoding="utf-8")
    text = re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", text)
    (tmp_path / "parcel-bot.service").write_text(text)
    done = subprocess.run(
        [verifier, "verify", str(tmp_path / "parcel-bot.service")],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert "parcel-bot.service" not in done.stderr, done.stderr


# ── Litestream ──────────────────────────────────────────────────────────────────────────────────


def test_litestream_copies_the_units_database() -> None:
    (database,) = _yaml(DEPLOY / "litestream.yml")["dbs"]
    urls = [
        line for line in (DEPLOY / "parcel-bot.service").read_text().splitlines() if "DATABASE_URL" in line
    ]
    assert urls == [f"Environment=DATABASE_URL=sqlite:///{database['path']}"]
    assert all(
        str(database["replica"][name]).startswith("${") for name in ("access-key-id", "secret-access-key")
    )


# ── the release ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def release() -> Any:
    return _yaml(ROOT / ".github/workflows/release.yml")


def test_actions_are_named_by_commit_with_their_version_beside() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert len(used) >= 8
    for action, comment in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_the_release_may_write_only_where_it_publishes(release: Any) -> None:
    jobs = release["jobs"]
    assert release["permissions"] == {"contents": "read"}
    assert [name for name, job in jobs.items() if "permissions" in job] == ["publish"]
    assert jobs["publish"]["needs"] == "build"
    stored, fetched = (
        next(step["with"]["name"] for step in job["steps"] if action in step.get("uses", ""))
        for job, action in ((jobs["build"], "upload-artifact"), (jobs["publish"], "download-artifact"))
    )
    assert stored == fetched


def test_the_releases_commands_name_files_that_exist_and_find_their_notes(
    release: Any, tmp_path: Path
) -> None:
    runs = [step["run"] for job in release["jobs"].values() for step in job["steps"] if "run" in step]
    for run in runs:
        done = subprocess.run(["bash", "-n"], input=run, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    for target in re.findall(r"\bmake (\w+)", "\n".join(runs)):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in re.findall(r"-r (\S+)", "\n".join(runs)):
        assert (ROOT / name).is_file()
    notes = next(run for run in runs if "notes.md" in run and "awk" in run)
    (tmp_path / "dist").mkdir()
    (tmp_path / f"dist/parcel_bot-{__version__}-py3-none-any.whl").touch()
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    tagged = {"GITHUB_REF_NAME": f"v{__version__}", "PATH": os.environ["PATH"]}
    subprocess.run(["bash", "-e", "-c", notes], cwd=tmp_path, env=tagged, check=True, capture_output=True)
    written = (tmp_path / "notes.md").read_text(encoding="utf-8")
    assert "For customers" in written
    assert "## " not in written
