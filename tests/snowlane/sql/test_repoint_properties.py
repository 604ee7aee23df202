"""What holds for re-pointing whatever the names are and however deep the code lies."""

import ast
import random
import string
from collections.abc import Callable

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from snowlane.sql import literals, names
from snowlane.sql.repoint import references, repoint

QA = {"PROD_RAW": "QA_RAW", "PROD_STAGING": "QA_STAGING", "PROD_DW": "QA_DW"}
BACK = {target: source for source, target in QA.items()}

# Braces and % make gaps in the strings of a body, so no database is called by them here.
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}%$")
PLAIN = st.text(string.ascii_uppercase + "_", min_size=4, max_size=8).map("Q".__add__)
ODD = st.text(CHARACTERS, min_size=1, max_size=12)
NAME = st.one_of(
    PLAIN, ODD, st.sampled_from(['say "hi"', "a.b.c", "it's", "Ärger", "a\\b", "//", "--"])
)


def in_quotes(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")


def escaped(quote: str) -> Callable[[str], str]:
    def escape(text: str) -> str:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace(quote, f"\\{quote}")
        return text.replace("${", "\\${") if quote == "`" else text

    return escape


def javascript(quote: str) -> Callable[[str], str]:
    escape = escaped(quote)
    return lambda text: (
        "CREATE PROCEDURE P() RETURNS INT LANGUAGE JAVASCRIPT AS '"
        + in_quotes(
            f"// PROD_RAW.S.T isn't\nsnowflake.execute({{sqlText: {quote}{escape(text)}{quote}}});"
        )
        + "'"
    )


def python(prefix: str, quote: str) -> Callable[[str], str]:
    escape = escaped(quote[0])

    def wrap(text: str) -> str:
        text = text.replace("{", "{{").replace("}", "}}") if prefix else text
        body = (
            f'def f(s):\n    """Of PROD_RAW.S.T"""\n    s.sql({prefix}{quote}{escape(text)}{quote})'
        )
        return f"CREATE PROCEDURE P() RETURNS INT LANGUAGE PYTHON AS '{in_quotes(body)}'"

    return wrap


WRAPPERS: list[Callable[[str], str]] = [
    lambda text: f"EXECUTE IMMEDIATE '{in_quotes(text)}'",
    lambda text: f"BEGIN LET q := '{in_quotes(text)}'; EXECUTE IMMEDIATE :q; END",
    lambda text: f"CREATE PROCEDURE P() RETURNS INT LANGUAGE SQL AS '{in_quotes(text)}'",
    lambda text: f"BEGIN -- it's of PROD_RAW.S.T\n  {text};\nEND",
    javascript('"'),
    javascript("'"),
    javascript("`"),
    python("", '"'),
    python("", "'"),
    python("", '"""'),
    python("f", "'''"),
]
STATEMENTS: list[Callable[[str], str]] = [
    lambda name: f"DELETE FROM {name}.S.T WHERE a = 'it''s x'",
    lambda name: f'INSERT INTO {name}."s".T (a) SELECT a FROM {name}..U',
    lambda name: f"CALL F.P('{in_quotes(name)}.S.T', '{in_quotes(name)}', 1)",
    lambda name: f"USE DATABASE {name}",
    lambda name: f"CREATE SCHEMA IF NOT EXISTS {name}.S",
    lambda name: f"SELECT SYSTEM$STREAM_HAS_DATA('{in_quotes(name)}.S.\"st\"')",
    lambda name: f"COPY INTO {name}.S.T FROM '@{in_quotes(name)}.S.ST/a b/'",
]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@settings(max_examples=60, deadline=None)
@given(
    source=NAME,
    target=NAME,
    statement=st.sampled_from(STATEMENTS),
    wrappers=st.lists(st.sampled_from(WRAPPERS), max_size=3),
)
def test_any_name_is_replaced_at_any_depth(
    source: str,
    target: str,
    statement: Callable[[str], str],
    wrappers: list[Callable[[str], str]],
) -> None:
    assume(source != target)
    before, after = statement(quoted(source)), statement(quoted(target))
    for wrap in wrappers:
        before, after = wrap(before), wrap(after)
    result = repoint(before, {source: target}, "PROCEDURE")
    assert result.text == after
    assert not result.unresolved
    assert all(found.certain for found in references(before, [source], "PROCEDURE"))
    if source.upper() not in target.upper():
        assert repoint(after, {source: target}, "PROCEDURE").text == after
        assert repoint(after, {target: source}, "PROCEDURE").text == before


@settings(max_examples=40, deadline=None)
@given(
    source=PLAIN,
    target=NAME,
    letters=st.randoms(use_true_random=False),
    statement=st.sampled_from(STATEMENTS),
    wrappers=st.lists(st.sampled_from(WRAPPERS), max_size=3),
)
def test_unquoted_names_are_read_in_any_case_and_quoted_where_needed(
    source: str,
    target: str,
    letters: random.Random,
    statement: Callable[[str], str],
    wrappers: list[Callable[[str], str]],
) -> None:
    assume(source != target)
    written = "".join(letters.choice([each, each.lower()]) for each in source)
    before, after = statement(written), statement(names.quote(target))
    for wrap in wrappers:
        before, after = wrap(before), wrap(after)
    # A literal of its own in small letters keeps them.
    assert repoint(before, {source: target}, "TASK").text.upper() == after.upper()


PIECES = st.one_of(
    st.sampled_from(
        [
            *("SELECT ", " FROM ", " WHERE ", " AS ", "\n", " ", ", ", "(", ")", ";", "||", "+", ".", ":", "@", "[]"),
            *("PROD_RAW", "prod_raw.b.c", '"PROD_DW"."s"."t"', "PROD_RAW_OLD.B.T", "PROD_", "_RAW", "PROD_RAW."),
            *("'", "''", '"', "`", "$$", "\\", "--", "//", "/*", "*/", "#", "{", "}", "${", "%s", "'''", '"""'),
            *("'PROD_RAW'", "'PROD_DW.S.T'", "'it''s PROD_RAW'", "'FROM PROD_RAW.A.B'", "'PROD_'", "@PROD_RAW.B.ST/x"),
            *("CREATE PROCEDURE P() LANGUAGE JAVASCRIPT AS $$", "CREATE PROCEDURE P() LANGUAGE PYTHON AS '"),
            *("EXECUTE IMMEDIATE ", "USE ", "DATABASE ", "IN ", "SHOW TABLES IN ", "CONCAT(", "f'", "end"),
        ]
    ),
    st.text(max_size=4),
)  # fmt: skip
TEXT = st.lists(PIECES, max_size=14).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_any_text_is_taken_and_kept_outside_of_the_changes(text: str) -> None:
    result = repoint(text, QA, "PROCEDURE")
    rebuilt, position, shift = [], 0, 0
    for change in result.changes:
        assert text[change.start : change.end] == change.before
        assert change.line == text.count("\n", 0, change.start) + 1
        start = change.start + shift
        rebuilt.append(result.text[position:start] + change.before)
        position = start + len(change.after)
        shift += len(change.after) - len(change.before)
    assert "".join(rebuilt) + result.text[position:] == text
    assert [each.line for each in result.unresolved] == sorted(
        each.line for each in result.unresolved
    )


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_twice_is_once_and_back_is_the_original_but_for_case(text: str) -> None:
    there = repoint(text, QA, "PROCEDURE").text
    assert repoint(there, QA, "PROCEDURE").text == there
    if not any(target in text.upper() for target in BACK):
        assert repoint(there, BACK, "PROCEDURE").text.upper() == text.upper()


@settings(max_examples=40, deadline=None)
@given(st.text(CHARACTERS))
def test_a_text_without_the_names_is_the_same(text: str) -> None:
    if "RAW" not in text.upper():
        result = repoint(text, {"RAW": "QA_RAW"}, "VIEW")
        assert (result.text, result.changes, result.unresolved) == (text, (), ())


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_what_is_found_is_what_is_changed(text: str) -> None:
    result = repoint(text, QA, "PROCEDURE")
    found = references(text, QA, "PROCEDURE")
    assert len([each for each in found if each.certain]) == len(result.changes)
    assert len([each for each in found if not each.certain]) == len(result.unresolved)


def _same(value: str) -> str:
    """A value with its names as before; an escape of a name's first letter goes with the name."""
    return value.upper().replace("QA_", "PROD_").replace("\\PROD_", "PROD_")


LITERALS = st.lists(
    st.lists(
        st.sampled_from(
            ["PROD_RAW.B.T", "prod_raw", "SELECT * FROM ", "PROD_DW.F.", "\n", "'", '"', "\\", "{", "}", "#", "é", " "]
        ),
        max_size=6,
    ).map("".join),
    max_size=4,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(LITERALS, st.booleans())
@example(values=["SELECT * FROM '\\PROD_RAW.B.T"], in_dollars=False)
def test_strings_of_a_python_body_say_the_same_but_for_the_names(
    values: list[str], in_dollars: bool
) -> None:
    body = "x = [\n  " + ", # it is PROD_RAW.B.T\n  ".join(map(repr, values)) + "\n]"
    head = "CREATE PROCEDURE P() LANGUAGE PYTHON AS "
    text = f"{head}$${body}$$" if in_dollars else f"{head}'{in_quotes(body)}'"
    written = repoint(text, QA, "PROCEDURE").text[len(head) :]
    read = ast.literal_eval(literals.value(written).removeprefix("x = "))
    assert [_same(each) for each in read] == [_same(each) for each in values]
    assert literals.value(written).count("# it is PROD_RAW.B.T\n") == max(0, len(values) - 1)
