"""The pages of a class: nothing runs in them, nothing hidden is told, and a browser shows them well."""

import html
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.classes import decisions, report, similar_page
from grader.classes.arrivals import Oddity
from grader.classes.gradebook import Gradebook, NewAttempt, grading, ungraded
from grader.classes.insight import common_form
from grader.classes.pictures import place
from grader.classes.policy import Deadline
from grader.classes.roster import Student
from grader.classes.tables import AttemptRow, TrainingRow
from grader.submission import Submission
from tests.grader.classes.conftest import RIGHT, WRONG, FakeGrader, put
from tests.grader.classes.test_similar import COPIED
from tfl.course import Course

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\u202e"
WIDTHS = (390, 1200)  # pixels: a phone, a desktop
DUE = datetime(2026, 3, 1, tzinfo=UTC)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def marked(book: Gradebook, course: Course, student: Student, source: str, path: str = "") -> None:
    """A student's submission with its mark."""
    path = path or f"{student.id}/exercise1.py"
    real = put(book.folder.parent / "in", {f"{student.id}.py": source + f"# {student.id}\n"}) / f"{student.id}.py"
    book.add_attempts([NewAttempt(student, "exercise1", path, real, DUE + timedelta(hours=30), "archive")])
    book.wait(select(AttemptRow.id).where(AttemptRow.student == student.id))
    (waiting,) = book.waiting()
    if "CRASH" in source:
        book.record([ungraded(waiting.id, "1", "abc", EVIL)])
    else:
        mark = FakeGrader(course).mark(course.exercise("1"), Submission(path, source))
        book.record([grading(waiting.id, "abc", mark)])


@pytest.fixture
def full(book: Gradebook, course: Course) -> Gradebook:
    """A small class in which everything happens."""
    students = [Student(id=f"s{number:02}", name=f"Name {number:02}") for number in range(12)]
    book.enrol([*students, Student(id="nemo", name="Nemo"), Student(id="eve", name=EVIL), Student(id="sam")])
    for number, student in enumerate(students):
        marked(book, course, student, RIGHT if number % 3 else WRONG + "print\n")
    marked(book, course, Student(id="eve", name=EVIL), WRONG + "# FLAG print\n", f"eve/{EVIL}.py")
    marked(book, course, Student(id="sam"), "# CRASH\n")
    marked(book, course, Student(id="stranger"), RIGHT)
    decisions.set_deadline(book, "exercise1", Deadline(due=DUE, per_day=10))
    decisions.adjust(book, "s01", "exercise1", -1, EVIL, "tina")
    book.note_oddities([Oddity(f"x/{EVIL}.docx", "it is odd")])
    return book


class Pages:
    """The written pages as text."""

    def __init__(self, book: Gradebook, course: Course, folder: Path) -> None:
        self.folder = folder
        self.told = report.write(book, course, folder)
        self.of_class = (folder / "class.html").read_text()

    def path(self, student: str) -> Path:
        (found,) = (self.folder / "students").glob(f"{student}-*.html")
        return found

    def of(self, student: str) -> str:
        return self.path(student).read_text()


@pytest.fixture
def pages(full: Gradebook, course: Course, tmp_path: Path) -> Pages:
    return Pages(full, course, tmp_path / "report")


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._style = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text += data


def test_there_is_a_page_for_the_class_and_one_for_everybody(pages: Pages) -> None:
    assert pages.told["students"] == 16
    assert len(list((pages.folder / "students").iterdir())) == 16
    assert "Nothing" not in pages.of("nemo") and "nothing sent" in pages.of("nemo")


def test_nothing_in_a_page_runs_or_fetches(pages: Pages) -> None:
    for path in pages.folder.rglob("*.html"):
        page = path.read_text()
        found = Tags(page)
        assert not {"script", "iframe", "object", "link", "form"} & {tag for tag, _ in found.tags}, path
        for tag, attributes in found.tags:
            assert not [name for name in attributes if name.startswith("on")]
            if tag == "img":
                assert (attributes["src"] or "").startswith("data:image/")
            if tag == "a":
                assert re.fullmatch(r"[a-z0-9/_.-]+\.html", attributes["href"] or "")
        assert "default-src 'none'" in page


def test_what_learners_wrote_is_shown_as_text_without_what_is_unseen(pages: Pages) -> None:
    for page in (pages.of_class, pages.of("eve"), pages.of("s01")):
        assert "\x1b" not in page and "\u202e" not in page
        assert "<script>alert(1)</script>" in Tags(page).text


def test_a_student_sees_verdicts_messages_and_what_was_printed(pages: Pages) -> None:
    shown = Tags(pages.of("s00")).text
    assert "It adds: 5 is expected; 3 came." in shown
    assert "<b>printed</b>" in shown
    assert "0 / 3" in shown


def test_a_hidden_check_keeps_its_message_to_itself(pages: Pages) -> None:
    shown = Tags(pages.of("s00")).text
    assert "It adds large numbers" in shown and "hidden check" in shown
    assert "It adds large numbers: 5 is expected" not in pages.of("s00")
    assert shown.count("<b>printed</b>") == 1
    assert "It adds large numbers: 5 is expected" in Tags(pages.of_class).text  # for instructors


def test_a_student_is_told_how_the_points_came_about(pages: Pages) -> None:
    shown = Tags(pages.of("s01")).text
    assert "5 points by the checks" in shown
    assert "−1: 2 days late" in shown
    assert "3 of 5" in shown


def test_no_mark_is_not_0(pages: Pages) -> None:
    assert "This is no mark" in pages.of("sam") and "– of 5" in Tags(pages.of("sam")).text


def test_a_student_s_page_names_nobody_else_and_tells_no_seed(pages: Pages) -> None:
    page = pages.of("s01")
    assert "Name 02" not in page and "5eed" not in page and "nemo" not in page.lower()


def test_few_marks_show_no_distribution_to_students(book: Gradebook, course: Course, tmp_path: Path) -> None:
    for number in range(report.TELLING - 1):
        marked(book, course, Student(id=f"s{number}"), RIGHT)
    assert 'class="strip"' not in Pages(book, course, tmp_path / "report").of("s0")


def test_the_class_page_counts_and_names_what_to_look_at(pages: Pages) -> None:
    shown = Tags(pages.of_class).text
    assert "it tried to leave" in shown and "Not marked: " in shown
    assert "x/" in shown and "it is odd" in shown
    assert "stranger" in shown
    assert re.search(r"sent by\s*15 of 16", shown)


def test_errors_that_differ_in_their_numbers_are_one() -> None:
    one, other = "at [3, 1] 0.5403 is expected; 0.2 came.", "at [4, 7] -1e-05 is expected; 7 came."
    assert common_form(one) == common_form(other)
    assert common_form("shape is wrong") != common_form("size is wrong")


def test_a_student_s_place_in_the_strip_is_where_the_bar_is() -> None:
    assert place(0, 5) < place(2.5, 5) == 50 < place(5, 5)
    assert place(-3, 5) > 0 and place(9, 5) < 100


def test_a_training_is_shown(full: Gradebook, course: Course, tmp_path: Path) -> None:
    about = {
        "exercise": "exercise1", "title": "With and without it", "corpus": "sample (synthetic)", "size": "400 reviews",
        "claim": "c", "shown": True, "finding": "It helps.", "rows": [], "seconds": 1, "device": "cpu",
        "isolation": "landlock", "folder": "x",
    }  # fmt: skip
    attempt = full.session.scalar(select(AttemptRow.id).filter_by(student="s01"))
    assert attempt
    full.wait(select(AttemptRow.id).where(AttemptRow.id == attempt), "train")
    row = TrainingRow(attempt=attempt, trained=DUE, result=json.dumps(about), picture="iVBORw0KGgo=", failure="")
    assert full.record_training(row)
    page = Pages(full, course, tmp_path / "report").of("s01")
    assert "It helps." in page and "data:image/png;base64,iVBORw0KGgo=" in page


def test_many_students_are_listed_on_pages_of_their_own(
    full: Gradebook, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "FEW", 10)
    monkeypatch.setattr(report, "A_PAGE", 6)
    monkeypatch.setattr(report, "LISTED", 0)
    pages = Pages(full, course, tmp_path / "report")
    lists = sorted(path.name for path in pages.folder.glob("students-*.html"))
    assert lists == ["students-001.html", "students-002.html", "students-003.html"]
    assert "Name 07" not in pages.of_class or "Name 07" in Tags(pages.of_class).text
    assert sum((pages.folder / name).read_text().count("<tr><td>") for name in lists) == 16
    assert "it is odd" in (pages.folder / "unplaced.csv").read_text()


def test_a_new_report_replaces_the_old_one_and_touches_nothing_else(
    full: Gradebook, course: Course, tmp_path: Path
) -> None:
    pages = Pages(full, course, tmp_path / "report")
    before = pages.path("s01")
    mine = before.with_name("mine-0123456789.html")
    mine.write_text("<html>my own</html>")
    before.with_name("gone-0123456789.html").write_text('<meta name="generator" content="tfl">')
    assert Pages(full, course, tmp_path / "report").path("s01") == before, "links stay valid"
    assert mine.exists() and not before.with_name("gone-0123456789.html").exists()


def test_the_names_of_pages_cannot_be_guessed(pages: Pages, book: Gradebook) -> None:
    assert re.fullmatch(r"s01-[0-9a-f]{10}\.html", pages.path("s01").name)
    assert book.setting("secret")


# --- in a browser


def browser(*arguments: str, profile: Path) -> str:
    """What headless Chromium prints."""
    assert CHROMIUM
    quiet = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-sync",
        *quiet,
        "--enable-logging=stderr",
    ]
    ended = subprocess.run(
        [*command, f"--user-data-dir={profile}", *arguments], capture_output=True, text=True, timeout=120, check=True
    )
    return ended.stdout + "".join(line for line in ended.stderr.splitlines(True) if "CONSOLE" in line)


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed; .ci/run installs it")
def test_a_browser_shows_the_pages_without_complaint_and_without_sideways_scrolling(
    pages: Pages, full: Gradebook, course: Course, tmp_path: Path
) -> None:
    # All pages at a phone's and a desktop's width, each in a frame of a probe, which may run the script that measures.
    for name in ("x", "y", "z"):
        real = put(tmp_path / "in", {f"{name}.py": COPIED + f"# {'long ' * 60}{name}\n"}) / f"{name}.py"
        full.add_attempts([NewAttempt(Student(id=name), "exercise2", f"{name}.py", real, None, "")])
    similar = Path(similar_page.write(full, course, tmp_path / "similar")["page"])
    paths = [
        pages.folder / "class.html",
        pages.path("s01"),
        pages.path("eve"),
        similar,
        *similar.parent.glob("group-*"),
    ]
    assert len(paths) == 5
    frames = "".join(
        f'<iframe style="width:{width}px;height:900px;border:0" srcdoc="{html.escape(path.read_text())}"></iframe>'
        for path in paths
        for width in WIDTHS
    )
    measure = """document.title = [...document.querySelectorAll('iframe')].map(({contentDocument: page}) =>
        page.documentElement.scrollWidth + (page.body.innerText.includes('alert(1)') ? ' evil as text' : ''))"""
    probe = tmp_path / "probe.html"
    probe.write_text(f"<meta charset=utf-8>{frames}<script>onload = () => {{ {measure} }}</script>")
    found = browser("--hide-scrollbars", "--dump-dom", f"file://{probe}", profile=tmp_path / "profile")
    told = re.search(r"<title>(.+?)</title>", found)
    evil = [" evil as text", " evil as text", " evil as text", "", ""]
    wanted = [f"{width}{text}" for text in evil for width in WIDTHS]
    assert told and told[1].split(",") == wanted
    assert "CONSOLE" not in found, "a page asks for something that its policy forbids"


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed; .ci/run installs it")
def test_a_page_can_be_printed(pages: Pages, tmp_path: Path) -> None:
    paper = tmp_path / "page.pdf"
    browser(f"--print-to-pdf={paper}", f"file://{pages.path('s01')}", profile=tmp_path / "profile")
    assert paper.read_bytes().startswith(b"%PDF") and paper.stat().st_size > 5_000
