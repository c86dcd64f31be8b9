"""The wheel as users install it: in an environment outside of the repository, made once a worker."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`parcel-bot` in an environment that has the wheel and, from here, the libraries that it requires."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "installed", with_pip=False)
    python = folder / "installed/bin/python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    libraries = folder / "installed/lib" / version / "site-packages/libraries.pth"
    libraries.write_text(sysconfig.get_path("purelib"))
    # Nothing may be fetched: a requirement that is not met here fails. pip compiles the modules; the image's
    # environment would have each process compile them anew.
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--no-index", str(wheel)], check=True)
    return python.parent / "parcel-bot"
