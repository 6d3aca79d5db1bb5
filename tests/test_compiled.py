"""Compiled code kept on disk."""

import os

from stationkeep import compiled


def test_only_the_folders_compiled_last_are_kept(tmp_path, monkeypatch):
    folders = [tmp_path / f"compiled-{name}" for name in "abcdef"]
    for age, folder in enumerate(folders):
        folder.mkdir()
        (folder / "run._advance.nbc").touch()
        os.utime(folder, (1e9 - age, 1e9 - age))
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folders[4]))
    compiled.forget_old(keep=3)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["compiled-a", "compiled-b", "compiled-e", "mine"]


def test_a_folder_the_user_chose_has_no_others_removed(tmp_path, monkeypatch):
    (tmp_path / "compiled-a").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "chosen"))
    compiled.forget_old(keep=1)
    assert (tmp_path / "compiled-a").is_dir()
