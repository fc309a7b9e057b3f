"""The Dockerfile and the unit files name what is there: nobody builds the image here."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.cli.main import app
from bot.settings import Settings, variable

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
PROGRAM = "/opt/marsad/.venv/bin/marsad"


def understood(arguments: list[str]) -> None:
    """Raises what the command line says of arguments that it does not know."""
    command: Any = get_command(app)
    name, *rest = arguments
    found = command.get_command(None, name)
    assert found is not None, name
    found.make_context(name, list(rest))


def settings_named(file: Path) -> set[str]:
    """Variables of ours in a file. All must be settings: a misspelt one would do nothing."""
    named = set(re.findall(r"\bMARSAD_[A-Z_]+", file.read_text(encoding="utf-8")))
    assert named <= {variable(field) for field in Settings.model_fields}, file
    return named


def test_every_variable_of_ours_is_a_setting() -> None:
    assert settings_named(ROOT / "Dockerfile")
    for unit in UNITS:
        settings_named(unit)


def test_the_image_is_made_of_what_is_here_and_of_nothing_more() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M)
        for source in line.split()[:-1]
    ]
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert sorted(copied) == sorted(line[1:] for line in sent if line.startswith("!"))
    assert all((ROOT / source).exists() for source in copied)
    assert "*" in sent
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    named = re.findall(r"--extra (\w+)", DOCKERFILE)
    assert named and set(named) <= set(extras)
    assert all("--frozen" in line for line in re.findall(r"^RUN uv .+", DOCKERFILE, re.M))
    # Each image by its version; none as root.
    tags = re.findall(r"^(?:FROM (?!\$|python:\$)|ARG PYTHON=)(\S+)", DOCKERFILE, re.M)
    assert tags and all(re.search(r"\d+\.\d+\.\d+", tag) for tag in tags)
    users = re.findall(r"^USER (\d+)$", DOCKERFILE, re.M)
    assert users == re.findall(r"--uid (\d+)", DOCKERFILE) != ["0"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_there_is(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    (started,) = re.findall(rf"^ExecStart={PROGRAM} (.+)$", text, re.M)
    understood(started.split())
    assert "\nUser=marsad\n" in text and "\nNoNewPrivileges=yes\n" in text
    if shutil.which("systemd-analyze") is None:
        return
    here = tmp_path / unit.name.replace("@", "@9101")
    here.write_text(text.replace(PROGRAM, "/bin/true").replace("User=marsad\n", ""))
    said = subprocess.run(
        ["systemd-analyze", "verify", here], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0 and unit.name.split(".")[0] not in said.stderr, said.stderr
