"""Statements of stages and pipes without an address."""

import pytest

from snowlane.sql.staging import (
    stage_of,
    stage_or_pipe_made_by,
    without_address,
    without_auto_ingest,
)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("CREATE PIPE D.S.P AS COPY INTO D.S.T FROM @D.S.ST/a/b PATTERN = '@x'", ("D", "S", "ST")),
        ("CREATE PIPE D.S.P AS COPY INTO t FROM (SELECT $1 FROM @st)", ("D", "S", "ST")),
        ('CREATE PIPE D.S.P AS COPY INTO t FROM @"o dd".st', ("D", "o dd", "ST")),
        ("CREATE PIPE D.S.P AS COPY INTO t FROM '@D.S.ST/path'", ("D", "S", "ST")),
        ("CREATE PIPE D.S.P AS COPY INTO t FROM @%t", None),
        ("CREATE PIPE D.S.P AS COPY INTO t FROM @~/x", None),
    ],
)
def test_the_stage_that_a_pipe_reads(text, stage):
    assert stage_of(text, ("D", "S", "P")) == stage


def test_a_pipe_without_auto_ingest():
    text = """CREATE PIPE p
    AUTO_INGEST = TRUE
    AWS_SNS_TOPIC = 'arn:aws:sns:1' ERROR_INTEGRATION = e
    INTEGRATION = 'n' COMMENT = 'AUTO_INGEST = TRUE'
AS COPY INTO t FROM @s FILE_FORMAT = (TYPE = CSV)"""
    assert without_auto_ingest(text).split("\n") == [
        "CREATE PIPE p",
        "",
        " ERROR_INTEGRATION = e",
        " COMMENT = 'AUTO_INGEST = TRUE'",
        "AS COPY INTO t FROM @s FILE_FORMAT = (TYPE = CSV)",
    ]


def test_a_stage_without_an_address():
    text = (
        "CREATE OR REPLACE STAGE D.S.ST URL = 's3://a/' STORAGE_INTEGRATION = i "
        "CREDENTIALS = (AWS_KEY_ID = 'x' AWS_SECRET_KEY = 'y') DIRECTORY = (ENABLE = TRUE AUTO_REFRESH = TRUE) "
        "FILE_FORMAT = (TYPE = CSV) COMMENT = 'URL = x'"
    )
    assert without_address(text) == (
        "CREATE OR REPLACE STAGE D.S.ST DIRECTORY = (ENABLE = TRUE) "
        "FILE_FORMAT = (TYPE = CSV) COMMENT = 'URL = x'"
    )


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("create or replace temporary stage if not exists a.b.c", ("STAGE", ("A", "B", "C"))),
        ("CREATE PIPE a.b.c AS SELECT 1", ("PIPE", ("A", "B", "C"))),
        ("CREATE TABLE stage (a INT)", ("", ())),
        ("ALTER STAGE a.b.c SET URL = 'x'", ("", ())),
    ],
)
def test_what_a_statement_makes(text, made):
    assert stage_or_pipe_made_by(text) == made
