"""Rosters as platforms and spreadsheets write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes.roster import Roster, Student, fold, read
from tfl.errors import UsageError

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,HW1 (17)
    Points Possible,,,,,10
"Lovelace, Ada",901,s01,alovelace,A,9
"Student, Test",999,,abc,A,
"Hopper, Grace",902,s02,ghopper,B,8
"""


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ids(roster: Roster) -> list[str]:
    return list(roster.students)


@pytest.mark.parametrize(
    "content,expected",
    [
        ("id,name\nada,Ada Lovelace\ngrace,Grace Hopper\n", ["ada", "grace"]),
        (CANVAS, ["alovelace", "ghopper"]),
        ("First name,Last name,ID number,Email address\nAda,Lovelace,007,ada@x.org\n", ["007"]),  # Moodle
        ("First Name,Last Name,SID,Email,Sections\nAda,Lovelace,s01,ada@x.org,\n", ["s01"]),  # Gradescope
        ("Identifier,Full name,Email address\nParticipant 31,Ada,ada@x.org\n", ["ada@x.org"]),  # Moodle's worksheet
        ("Identifier,Full name\nParticipant 31,Ada\nParticipant 32,Ada\n", ["Participant 31", "Participant 32"]),
        ('"identifier","github_username","github_id","name"\n"s01","ada-l","1",""\n', ["s01"]),  # GitHub Classroom
        ("id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,,\n", ["ada"]),  # nbgrader
        ("Nachname;Vorname;E-Mail-Adresse\nMüller;Åsa;asa@x.org\n", ["asa@x.org"]),
        ("student\nada\ngrace\n", ["ada", "grace"]),
    ],
)
def test_the_headers_of_every_platform_are_known(tmp_path: Path, content: str, expected: list[str]) -> None:
    assert ids(read(written(tmp_path, content))) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfid,name\r\nada,Ada\r\n",
        "id\tname\nada\tAda\n".encode("utf-16"),
        b"sep=;\r\nid;name\r\nada;Ada\r\n",
        b'"sep=;"\r\nid;name\r\nada;Ada\r\n',
        b'id,name,,\nada,"Ada",,\n,,,\n\n',
        b"\r\nid ,\xc2\xa0name\nada , Ada\n",
        b'id,name\n="ada",\'Ada\n',
    ],
)
def test_what_spreadsheets_do_to_a_file_is_undone(tmp_path: Path, content: bytes) -> None:
    roster = read(written(tmp_path, content))
    assert [(student.id, student.shown) for student in roster.students.values()] == [("ada", "Ada")]


def test_leading_zeros_that_a_spreadsheet_has_protected_stay(tmp_path: Path) -> None:
    assert ids(read(written(tmp_path, 'number,name\n="007",James\n'))) == ["007"]


def test_another_encoding_is_read_and_told(tmp_path: Path) -> None:
    roster = read(written(tmp_path, "id,name\nasa,Åsa Müller\n".encode("cp1252")))
    assert roster.students["asa"].name == "Åsa Müller"
    assert "Windows-1252" in roster.notes[0]


@pytest.mark.parametrize(
    "content,word",
    [
        ("", "empty"),
        ("points,remark\n3,x\n", "points, remark"),
        ("id,name\n", "names no student"),
        ("id,name\nada,Ada\nada,Grace\n", "line 3"),
        ("number,name\n1.23E+08,Ada\n", "rounded"),
        (b"PK\x03\x04....", "spreadsheet"),
        ("id,section\n,A\n", "names nobody"),
    ],
)
def test_a_roster_that_will_not_do_says_why(tmp_path: Path, content: str | bytes, word: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(written(tmp_path, content))
    assert word in raised.value.message and raised.value.action


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "none.csv")


def test_the_same_line_twice_is_one_student(tmp_path: Path) -> None:
    assert ids(read(written(tmp_path, "id,name\nada,Ada\nada,Ada\n"))) == ["ada"]


@pytest.mark.parametrize(
    "hint", ["alovelace", "901", "s01", "Lovelace, Ada", "Ada Lovelace", "lovelaceada", "ADA LOVELACE", " alovelace "]
)
def test_a_student_is_found_by_whatever_a_file_name_says(tmp_path: Path, hint: str) -> None:
    assert [student.id for student in read(written(tmp_path, CANVAS)).find([hint])] == ["alovelace"]


def test_the_first_hint_that_fits_decides() -> None:
    roster = Roster([Student(id="ada", number="1"), Student(id="grace", number="2")])
    assert [student.id for student in roster.find(["nobody", "2", "ada"])] == ["grace"]
    assert roster.find(["nobody", ""]) == []


def test_two_of_one_name_are_both_found() -> None:
    roster = Roster([Student(id="a1", name="Ada Byron"), Student(id="a2", name="Byron, Ada")])
    assert [student.id for student in roster.find(["byronada"])] == ["a1", "a2"]
    assert [student.id for student in roster.find(["a2"])] == ["a2"]


def test_other_names_are_known_too(tmp_path: Path) -> None:
    roster = read(written(tmp_path, "id,also\nada,countess; ada-l\n"))
    assert [student.id for student in roster.find(["ada-l"])] == ["ada"]


def test_names_are_compared_without_accents_and_signs() -> None:
    assert fold("Müller-O'Brien, Åsa") == "mullerobrienasa"


@given(st.text(), st.text())
def test_folding_is_stable_and_blind_to_case_and_spaces(one: str, other: str) -> None:
    assert fold(fold(one)) == fold(one)
    assert fold(f"{one} {other}") == fold(f"{one}-{other}")
