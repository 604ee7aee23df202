"""Which addresses load the same files, and which environments may have the same ones."""

import pytest

from snowlane.config.environment import Clone, Environment, Snowflake
from snowlane.environments.ad_hoc import ad_hoc_environment
from snowlane.environments.addresses import overlapping, refuse_shared_addresses
from snowlane.environments.destination import Wanted, destination_of
from snowlane.environments.foreign import foreign_to
from snowlane.environments.stage_addresses import refuse_foreign_addresses
from snowlane.errors import ConfigurationError, RefusedError

PROD_URL = "s3://retail-prod/raw/pos/"


def environment(name: str, url: str, clone: Clone | None = None) -> Environment:
    databases = {"RAW": f"{name.upper()}_RAW"}
    stages = {"RAW.S.POS": url}
    return Environment(name, Snowflake("R", "W"), databases, stages=stages, clone=clone)


@pytest.mark.parametrize(
    ("url", "shares"),
    [
        (PROD_URL, True),
        ("s3://retail-prod/raw/pos", True),
        ("S3://Retail-Prod/raw//pos/", True),
        ("s3://retail-prod/raw/pos/2026/", True),
        ("s3://retail-prod/raw/", True),
        ("s3://retail-prod", True),
        ("s3://retail-prod/raw/pos_old/", False),
        ("s3://retail-prod/raw/POS/", False),
        ("s3://retail-prod-2/raw/pos/", False),
        ("gcs://retail-prod/raw/pos/", False),
    ],
)
def test_the_same_place_below_it_and_above_it(url, shares):
    assert (overlapping(url, [PROD_URL]) is not None) is shares
    assert (overlapping(PROD_URL, [url]) is not None) is shares


def test_an_address_of_its_own_file_is_another_environments_all_the_same():
    prod, qa = environment("prod", PROD_URL), environment("qa", PROD_URL)
    assert foreign_to(qa, [prod, qa]).urls == {PROD_URL: "prod"}
    with pytest.raises(ConfigurationError) as refused:
        refuse_shared_addresses(qa, [prod, qa])
    assert refused.value.next == "correct [stages] in envs/qa.toml"
    assert "RAW.S.POS of qa would load what prod loads" in refused.value.why


def test_an_environment_is_not_made_with_the_address_of_another():
    prod = environment("prod", PROD_URL)
    qa = environment("qa", PROD_URL, Clone("prod"))
    with pytest.raises(ConfigurationError, match="no address of its own"):
        destination_of(Wanted("prod", "qa"), prod, [prod, qa])
    with pytest.raises(ConfigurationError, match="no address of its own") as refused:
        destination_of(
            Wanted("prod", "qa_refresh", like="qa", urls=qa.stages, refreshes="qa"),
            prod,
            [prod, qa],
        )
    assert refused.value.next == "correct [stages] in envs/qa.toml"


def test_the_copy_with_which_an_environment_is_made_anew_has_its_addresses():
    qa = environment("qa", "s3://retail-qa/")
    aside = ad_hoc_environment(qa, "qa_refresh", {"RAW": "QA_REFRESH_RAW"}, qa.stages)
    other = ad_hoc_environment(qa, "qa_ana", {"RAW": "QA_ANA_RAW"}, qa.stages)
    assert foreign_to(qa, [aside]).urls == foreign_to(aside, [qa]).urls == {}
    assert foreign_to(qa, [other]).urls == {"s3://retail-qa/": "qa_ana"}


def test_what_statements_give_to_stages_is_no_address_of_another():
    dev = environment("dev", "s3://shop-dev/pos/")
    prod = environment("prod", PROD_URL)
    texts = [
        ("r1.py", "CREATE STAGE DEV_RAW.S.POS URL = 's3://shop-dev/pos/'"),
        (
            "r1.py",
            "CREATE STAGE DEV_RAW.S.OTHER URL = 's3://public/' COMMENT = 's3://retail-prod/'",
        ),
        ("r1.py", "COMMENT ON STAGE DEV_RAW.S.POS IS $$URL = 's3://retail-prod/'$$"),
    ]
    refuse_foreign_addresses(dev, [dev, prod], texts)
    in_block = "CREATE OR REPLACE STAGE DEV_RAW.S.IN_BLOCK URL = 's3://retail-prod/raw/pos/x/';"
    texts += [
        ("r2.py", "ALTER STAGE IF EXISTS DEV_RAW.S.OTHER SET URL = 's3://Retail-Prod/raw/'"),
        ("r3.py", f"EXECUTE IMMEDIATE $$ BEGIN\n{in_block} END $$"),
    ]
    with pytest.raises(RefusedError) as refused:
        refuse_foreign_addresses(dev, [dev, prod], texts)
    assert refused.value.what == "2 stage(s) of dev would have no address of their own"
    why = refused.value.why
    assert "r2.py: DEV_RAW.S.OTHER at s3://Retail-Prod/raw/ would load what prod loads" in why
    assert '"RAW.S.OTHER", "RAW.S.IN_BLOCK" = …' in refused.value.next
    clone = ad_hoc_environment(prod, "ana", {"RAW": "ANA_RAW"}, {})
    altered = f"ALTER STAGE ANA_RAW.S.POS SET URL = '{PROD_URL}'"
    with pytest.raises(RefusedError, match=r"1 stage\(s\) of ana") as refused:
        refuse_foreign_addresses(clone, [dev, prod], [("r2.py", altered)])
    assert "or none: then it is an internal one" in refused.value.next
