"""A class's results, to look at: who has which marks, and what a student's checks found."""

from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Static

from grader.marks import GLYPHS, Mark
from tfl.course import Course
from tfl.errors import GradebookError, TflError
from tfl.printable import defused
from tui.screens.filtered import FilteredScreen
from tui.widgets.checks import COLOURS
from tui.widgets.filter_field import FilterField
from tui.widgets.footer import Footer
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.words import plural, wrong

NAMES = 24, 60  # columns of a name: at least, at most
COLUMN = 8  # of an exercise, and of the sum
ROWS = 500  # that are shown at once; / finds the others
STUDENT, SUM = "student", "sum"  # columns beside the exercises
STATES = {"missing": "–", "waiting": "…", "not marked": "!"}


class Given(NamedTuple):
    """What a student has in one exercise, for the table and beside it."""

    exercise: str
    state: str
    points: float | None
    worth: int
    attempts: int
    late: float  # points that lateness cost
    mark: str  # as JSON, "" where there is none
    failure: str


class Student(NamedTuple):
    """A line of the table."""

    id: str
    name: str
    enrolled: bool
    given: list[Given]


class ClassScreen(FilteredScreen):
    """Read-only: grading, exporting and adjusting are commands of `tfl class`."""

    DEFAULT_CSS = """
    ClassScreen {
        #body { height: 1fr; }
        DataTable {
            width: 1fr;
            height: 100%;
            margin: 1;
            background: transparent;
            scrollbar-size-vertical: 1;
            & > .datatable--header { background: transparent; color: $foreground 60%; text-style: none; }
        }
        #student {
            width: 40%;
            height: 100%;
            padding: 1 2 0 2;
            border-left: vkey $foreground 20%;
            scrollbar-size-vertical: 1;
        }
        #said { height: auto; padding: 1 2 0 2; }
    }
    """
    HELP = """The marks of a class, as `tfl class grade` has found them.  – nothing was sent, … waits to be graded,
! the grader itself failed.  / finds students, a click on a column's name sorts, r reads the gradebook again.
Changing marks: tfl class --help."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Find", key_display="/"),
        Binding("r", "read", "Read again"),
    ]

    def __init__(self, results: Path) -> None:
        super().__init__()
        self.results = results
        self.students: list[Student] = []
        self.shown: list[Student] = []
        self.sorted_by, self.turned = "", False

    def compose(self) -> ComposeResult:
        yield Title("Class", str(self.results))
        yield Static(Content("Reading the gradebook …"), id="said")
        yield FilterField("a part of a name; esc shows all")
        with Horizontal(id="body"):
            yield DataTable(cursor_type="row")
            with VerticalScroll(id="student", can_focus=False):
                yield Static()
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.rest()
        self.action_read()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.draw)

    @work(thread=True, exclusive=True)
    def action_read(self) -> None:
        """Read the gradebook, in a thread: its library takes a moment to load."""
        try:
            students = _read(self.results, self.home.learner.course)
        except TflError as error:
            self.app.call_from_thread(self.query_one("#said", Static).update, wrong(str(error)))
        else:
            self.app.call_from_thread(self.take, students)

    def take(self, students: list[Student]) -> None:
        """Show what was read."""
        self.students = students
        marked = [given for student in students for given in student.given if given.points is not None]
        share = sum(given.points or 0 for given in marked) / max(1, sum(given.worth for given in marked))
        average = f"{share:.0%} of the points on average" if marked else "nothing is marked yet"
        sent = sum(any(given.state != "missing" for given in student.given) for student in students)
        said = f"{plural(len(students), 'student')}, {sent} of them sent something; {average}"
        self.query_one("#said", Static).update(Content(said))
        self.title_bar.state(plural(len(students), "student"))
        self.draw()

    def draw(self) -> None:
        """The table, as it is filtered."""
        if not self.students:
            return
        students = sorted(self.students, key=self._place, reverse=self.turned) if self.sorted_by else self.students
        fitting = [student for student in students if self.filter_field.fits(f"{student.name} {student.id}")]
        self.shown = fitting[:ROWS]
        numbers = [given.exercise.removeprefix("exercise") for given in self.students[0].given]
        heads = [Text(STUDENT), *(Text(number.rjust(4), justify="right") for number in numbers), Text(SUM.rjust(4))]
        room = self.query_one(DataTable).size.width - COLUMN * (len(numbers) + 1)
        names = max(NAMES[0], min(NAMES[1], room))
        self.fill(heads, [_row(student, names) for student in self.shown])
        if len(fitting) > ROWS:
            self.title_bar.state(f"{ROWS} of {plural(len(fitting), 'student')} shown; / finds the others")

    def _place(self, student: Student) -> tuple[float, str]:
        """Where a student stands in the table: the most points first."""
        if self.sorted_by == STUDENT:
            return 0, student.name
        wanted = [one for one in student.given if self.sorted_by in (SUM, one.exercise.removeprefix("exercise"))]
        return -sum(given.points or 0 for given in wanted), student.name

    def sort(self, column: str) -> None:
        self.turned = column == self.sorted_by and not self.turned
        self.sorted_by = column
        self.draw()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if 0 <= event.cursor_row < len(self.shown):
            box = self.query_one("#student", VerticalScroll)
            box.query_one(Static).update(_about(self.shown[event.cursor_row]))
            box.scroll_home(animate=False)


def _read(results: Path, course: Course) -> list[Student]:
    """Every student with what counts for them.  Raises GradebookError."""
    from sqlalchemy.exc import DatabaseError

    from grader.classes.gradebook import Gradebook
    from grader.classes.standing import standings

    book = Gradebook(results)
    try:
        return [_student(book, one) for one in standings(book, course)]
    except (DatabaseError, ValueError) as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise GradebookError(f"The gradebook {book.path} is damaged: {reason}.", "Restore a copy of it.") from error
    finally:
        book.close()


def _student(book: Any, one: Any) -> Student:
    name = defused(one.student.shown)
    return Student(one.student.id, name, one.enrolled, [_given(book, found) for found in one.standings])


def _given(book: Any, found: Any) -> Given:
    mark = book.grading(found.grading)[0].mark if found.grading is not None and found.state == "marked" else ""
    return Given(
        found.exercise.id, found.state, found.final, found.worth, found.attempts, found.late.points, mark, found.failure
    )


def _row(student: Student, width: int) -> list[Text]:
    total = sum(given.points or 0 for given in student.given)
    name = Text(student.name if student.enrolled else f"{student.name} (not on the roster)")
    name.truncate(width, overflow="ellipsis")
    return [name, *map(_cell, student.given), Text(f"{total:g}", style="bold", justify="right")]


def _cell(given: Given) -> Text:
    """Points, with ✓ where they are all there are."""
    if given.state in STATES:
        return Text(STATES[given.state], style="dim", justify="right")
    full = given.points is not None and given.points >= given.worth
    return Text(f"{'✓ ' * full}{given.points or 0:g}", style="bold" if full else "", justify="right")


def _about(student: Student) -> Content:
    """A student's exercises, each with the checks that did not pass."""
    lines = [Content.styled(student.name, "bold $text-accent"), Content.styled(student.id, "$foreground 60%")]
    for given in student.given:
        lines.append(Content())
        head = f"{given.exercise}  "
        if given.state == "missing":
            lines.append(Content.assemble((head, "bold"), ("nothing was sent", "$foreground 60%")))
            continue
        points = "no mark yet" if given.points is None else f"{given.points:g} of {given.worth}"
        late = f", {given.late:g} less for lateness" if given.late else ""
        tries = f" · {plural(given.attempts, 'attempt')}"
        lines.append(Content.assemble((head, "bold"), points + late, (tries, "$foreground 60%")))
        if given.failure:
            lines.append(wrong(given.failure))
        lines += _trouble(given, student)
    return Content("\n").join(lines)


def _trouble(given: Given, student: Student) -> list[Content]:
    """The checks that did not pass, a line each."""
    try:
        checks = Mark.model_validate_json(given.mark).checks if given.mark else ()
    except ValueError:
        again = f"tfl class regrade RESULTS --student {student.id}"
        return [wrong(f"What the checks found is damaged in the gradebook.  Grade it anew: {again}")]
    return [
        Content.assemble(
            (f"{GLYPHS[check.verdict]} ", COLOURS[check.verdict]),
            f"{check.title}: {defused(check.message)}" if check.message else check.title,
        )
        for check in checks
        if check.verdict != "passed"
    ]
