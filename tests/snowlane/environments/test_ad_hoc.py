"""What a clone may be called, and what it takes from the environment that it is made like."""

import pytest

from snowlane.config.project import Project
from snowlane.environments.ad_hoc import ad_hoc_environment, check_ad_hoc_name, databases_of
from snowlane.errors import ConfigurationError


@pytest.fixture
def environments(shop):
    project = Project(shop.root)
    return [project.environment(name) for name in project.environment_names()]


def test_a_clone_is_never_protected_and_has_no_branch(environments):
    dev, prod = environments
    clone = ad_hoc_environment(prod, "qa_ana", databases_of("qa_ana", dev.databases), {})
    assert clone.databases == {"RAW": "QA_ANA_RAW", "DW": "QA_ANA_DW"}
    assert clone.state == ("UTILITY", "SNOWLANE_QA_ANA")
    assert (clone.protected, clone.branch, clone.made_like) == (False, None, "prod")
    assert clone.role == prod.role


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("QA", "lower-case letter"),
        ('qa"; drop', "lower-case letter"),
        ("a" * 64, "at most 63"),
        ("ad_hoc", "keeps this name"),
        ("restore_1", "keeps this name"),
        ("prod", "envs/prod.toml"),
        ("dev_refresh", "`snowlane env refresh dev` gives its copy this name"),
        ("prod_refresh", "`snowlane env refresh prod` gives its copy this name"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(environments, name, why):
    with pytest.raises(ConfigurationError) as refused:
        check_ad_hoc_name(name, environments[0], environments)
    assert why in refused.value.why


def test_the_copy_of_a_refresh_has_its_name(environments):
    name = check_ad_hoc_name("dev_refresh", environments[0], environments, refreshes="dev")
    assert name == "dev_refresh"
    assert check_ad_hoc_name("qa_refresh", environments[0], environments) == "qa_refresh"


def test_a_clone_does_not_take_the_name_of_a_database_with_a_file(environments, shop):
    text = (shop.root / "envs" / "prod.toml").read_text().replace("PROD_DW", "OLD_DW")
    (shop.root / "envs" / "prod.toml").write_text(text)
    project = Project(shop.root)
    with pytest.raises(ConfigurationError) as refused:
        check_ad_hoc_name("old", environments[0], [project.environment("prod")])
    assert "OLD_DW is a database of prod" in refused.value.why
