"""Finding the project and its environments."""

from pathlib import Path

import pytest

from snowlane.config.project import find_project
from snowlane.errors import ConfigurationError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    (root / "envs" / "deep").mkdir(parents=True)
    (root / "alembic.ini").touch()
    for name in ("qa", "dev"):
        (root / "envs" / f"{name}.toml").touch()
    return root


def test_the_project_is_found_from_a_directory_below(root: Path) -> None:
    assert find_project(root / "envs" / "deep", given=False).root == root


def test_a_given_directory_must_itself_be_the_project(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="no snowlane project"):
        find_project(root / "envs", given=True)


def test_no_project_at_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no snowlane project"):
        find_project(tmp_path, given=False)


def test_an_unknown_environment_names_the_known_and_the_nearest(root: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        find_project(root, given=True).environment("dve")
    assert "dev, qa" in raised.value.why
    assert "'dev'" in raised.value.next
