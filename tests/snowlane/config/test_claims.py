"""A database belongs to one environment: two files of one account that claim it are refused."""

from pathlib import Path

import pytest

from snowlane.config.claims import refuse_shared_databases
from snowlane.config.environment import Environment, Snowflake
from snowlane.config.project import Project
from snowlane.environments.ad_hoc import ad_hoc_environment
from snowlane.environments.foreign import foreign_to
from snowlane.errors import ConfigurationError

PROD = ("protected = true", '[databases]\nRAW = "PROD_RAW"\nDW = "PROD_DW"')
SLIP = '[databases]\nRAW = "UAT2_RAW"\nDW = "prod_dw"'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "envs").mkdir()
    write(tmp_path, "prod", *PROD)
    write(tmp_path, "dev", "", '[databases]\nRAW = "DEV_RAW"')
    return Project(tmp_path)


def write(root: Path, name: str, head: str, rest: str, connection: str | None = None) -> None:
    named = f'connection = "{connection}"\n' if connection else ""
    (root / "envs" / f"{name}.toml").write_text(
        f'{head}\n[snowflake]\n{named}role = "R"\nwarehouse = "W"\n{rest}\n'
    )


@pytest.mark.parametrize("name", ["uat2", "prod", "dev"])
def test_a_database_of_two_files_is_refused_whichever_is_opened(project, name):
    write(project.root, "uat2", "", SLIP)
    for opened in (lambda: project.environment(name), project.environments):
        with pytest.raises(ConfigurationError) as refused:
            opened()
        assert refused.value.what == "PROD_DW is claimed by two environments, prod and uat2"
        assert refused.value.why == (
            'envs/prod.toml has DW = "PROD_DW"\nenvs/uat2.toml has DW = "PROD_DW"\n'
            "neither names a connection, so both are in the account of the default connection or "
            "the SNOWFLAKE_* variables"
        )
        assert "correct [databases] in envs/uat2.toml" in refused.value.next


def test_the_database_of_the_state_is_shared_among_states_only(project):
    assert len(project.environments()) == 2
    write(project.root, "uat2", "", '[databases]\nRAW = "UTILITY"')
    with pytest.raises(ConfigurationError) as refused:
        project.environment("dev")
    assert "UTILITY is claimed by two environments" in refused.value.what
    assert 'envs/uat2.toml has RAW = "UTILITY"' in refused.value.why
    assert "the database of its state" in refused.value.why
    write(project.root, "uat2", "", '[databases]\nRAW = "UAT_RAW"\n[state]\ndatabase = "PROD_DW"')
    with pytest.raises(ConfigurationError) as refused:
        project.environment("dev")
    assert "correct [state] in envs/uat2.toml" in refused.value.next


def test_another_account_may_have_the_same_names(project):
    write(project.root, "uat2", "", SLIP, connection="elsewhere")
    assert project.environment("uat2").databases["DW"] == "PROD_DW"
    # Its own file says that it is in the account of prod: a copy is.
    write(project.root, "uat2", "", f'{SLIP}\n[clone]\nfrom = "prod"', connection="elsewhere")
    with pytest.raises(ConfigurationError, match="PROD_DW is claimed") as refused:
        project.environment("uat2")
    assert "in one account, in which [clone] copies" in refused.value.why


def test_connections_that_lead_to_one_account_are_told_apart_by_it(project):
    write(project.root, "uat2", "", SLIP, connection="elsewhere")
    found = project.environments()
    refuse_shared_databases(found, lambda each: each.snowflake.connection)
    with pytest.raises(ConfigurationError) as refused:
        refuse_shared_databases(found, lambda _: "ORG-ACCOUNT")
    assert refused.value.why.endswith("their connections lead to one account")
    assert refused.value.next == (
        "give uat2 a database of its own: correct [databases] in envs/uat2.toml"
    )


def test_accounts_are_the_same_over_several_copies(project):
    chained = '[databases]\nRAW = "{}"\n[clone]\nfrom = "{}"'
    write(project.root, "a", "", chained.format("A_RAW", "prod"), connection="a")
    write(project.root, "b", "", chained.format("B_RAW", "a"), connection="b")
    assert len(project.environments()) == 4
    write(project.root, "b", "", chained.format("PROD_RAW", "a"), connection="b")
    with pytest.raises(ConfigurationError, match="PROD_RAW is claimed"):
        project.environments()


def test_a_file_that_cannot_be_read_stops_only_its_own_environment(project):
    (project.root / "envs" / "broken.toml").write_text("[databases")
    (project.root / "envs" / "Bad Name.toml").write_text("")
    assert project.environment("dev").name == "dev"
    with pytest.raises(ConfigurationError, match="is not valid TOML"):
        project.environment("broken")


def test_what_a_clone_and_a_later_file_both_have_is_not_passed_over():
    dev = Environment("dev", Snowflake("R", "W"), {"RAW": "DEV_RAW"})
    clone = ad_hoc_environment(dev, "ana", {"RAW": "ANA_RAW"}, {})
    later = Environment("ana2", Snowflake("R", "W"), {"RAW": "ANA_RAW"})
    with pytest.raises(ConfigurationError) as refused:
        foreign_to(clone, [dev, later])
    assert "the clone ana" in refused.value.why
    assert refused.value.next == (
        "correct envs/ana2.toml, or drop the clone, `snowlane env drop ana`"
    )
    elsewhere = Environment("ana2", Snowflake("R", "W", "other"), {"RAW": "ANA_RAW"})
    assert foreign_to(clone, [dev, elsewhere]).databases == {"DEV_RAW": "dev"}
