"""A file a user asked for is there whole, or its folder is as it was."""

from pathlib import Path

import pytest

from bayescore.whole_files import put_whole


@pytest.mark.parametrize("name", [".", "..", "folder", "folder/", "nowhere/file", "file/below", "/"])
@pytest.mark.parametrize("replace", [True, False])
def test_what_is_no_place_for_a_file_is_an_error_of_the_system(
    name: str, replace: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"before")
    with pytest.raises(OSError):  # which one is the system's to say
        put_whole(Path(name), b"after", replace=replace)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]
    assert list((tmp_path / "folder").iterdir()) == []
    assert (tmp_path / "file").read_bytes() == b"before"


def test_a_file_gives_way_only_where_it_may(tmp_path: Path) -> None:
    file = tmp_path / "file"
    put_whole(file, b"one", replace=False)
    with pytest.raises(FileExistsError):
        put_whole(file, b"two", replace=False)
    assert file.read_bytes() == b"one"
    put_whole(file, b"three")
    assert file.read_bytes() == b"three"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
