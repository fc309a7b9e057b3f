"""One instance only, whatever became of the last one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.process.lock import LOCK_FILE, AlreadyRunning, InstanceLock


def test_a_second_instance_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    with InstanceLock(tmp_path):
        with pytest.raises(AlreadyRunning) as refused:
            InstanceLock(tmp_path).__enter__()
        assert refused.value.pid == os.getpid()
        assert "MARSAD_DATA_DIR" in str(refused.value)
    with InstanceLock(tmp_path):
        pass


def test_a_killed_instance_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from bot.process.lock import InstanceLock\n"
        f"InstanceLock(Path({str(tmp_path)!r})).__enter__(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert (tmp_path / LOCK_FILE).read_text().strip().isdecimal()
    with InstanceLock(tmp_path):
        pass


def test_a_disk_without_room_for_it_is_named(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from bot.process.lock import InstanceLock\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try: InstanceLock(Path(sys.argv[1])).__enter__()\n"
        "except OSError as error: print(error.filename)"
    )
    asked = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True)
    assert done.stdout.strip() == str(tmp_path / LOCK_FILE)


def test_two_data_directories_do_not_know_each_other(tmp_path: Path) -> None:
    with InstanceLock(tmp_path / "a"), InstanceLock(tmp_path / "b"):
        pass


def test_the_data_folder_and_its_lock_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with InstanceLock(tmp_path / "a" / "b"):
            pass
    finally:
        os.umask(before)
    for path, mode in ((tmp_path / "a", 0o700), (tmp_path / "a" / "b" / LOCK_FILE, 0o600)):
        assert path.stat().st_mode & 0o777 == mode
