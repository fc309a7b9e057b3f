"""The compose file names what is there: nobody starts it here."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.test_deploy import DOCKERFILE, ROOT, settings_named, understood

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: each for name, each in COMPOSE["services"].items() if name != "postgres"}


def test_every_variable_of_ours_is_a_setting() -> None:
    assert settings_named(ROOT / "compose.yaml")
    assert re.search(r":\d+\.\d+", COMPOSE["services"]["postgres"]["image"])


def test_the_commands_of_compose_are_ones_and_share_one_server() -> None:
    assert set(OURS) == {"poll", "bot"}
    for service in OURS.values():
        understood(service["command"])
        # What says which password is asked for stands in no file of the project.
        address = service["environment"]["MARSAD_DATABASE_URL"]
        assert "${POSTGRES_PASSWORD:?" in address and "@postgres:" in address
        assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
        assert service["restart"] == "unless-stopped"
    assert OURS["poll"]["deploy"]["replicas"] == 2
    assert "deploy" not in OURS["bot"]


def test_every_folder_of_compose_is_the_images_and_every_volume_is_declared() -> None:
    (folders,) = re.findall(r"install -d .* -m 0700 (.+)$", DOCKERFILE, re.M)
    for service in OURS.values():
        environment = service["environment"]
        assert environment["MARSAD_DATA_DIR"] in folders.split()
        mounted = {}
        for mount in service["volumes"]:
            source, target, *_ = mount.split(":")
            mounted[target] = source
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file(), source
        assert environment["MARSAD_FEEDS_FILE"] in mounted
        written = {each.split(":")[0] for each in service["tmpfs"]} | set(mounted)
        assert service["read_only"] and environment["MARSAD_DATA_DIR"] in written
    port = OURS["bot"]["environment"]["MARSAD_METRICS_PORT"]
    assert f"127.0.0.1:{port}/healthz" in DOCKERFILE and f"MARSAD_METRICS_PORT={port}" in DOCKERFILE
