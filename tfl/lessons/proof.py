"""The proof of the lessons: everything that can be wrong with them without anybody reading them.

Commands and stories are known further up (`cli`), so they are given to `problems` by whoever asks.
"""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from tfl.course import Course
from tfl.lessons import terms
from tfl.lessons.figures import FILE as RESULTS
from tfl.lessons.figures import PLACEHOLDER, Results, evaluate, results, write
from tfl.lessons.steps import BENCHES, QUESTIONS, Lesson, Step, folder, load
from tfl.stories import STORIES

SMALLEST, LARGEST = 5, 9  # steps of a stage
BYTES = 4096  # of a step's text
COLUMNS = 73  # of a line in a block, which tfl-tui cannot wrap in a terminal of 80
# Beside an exercise, where the stage has one.
NEEDED = ("why", "idea", "code", "try", "data", "question", "mistakes", "deeper", "summary")
HEADINGS = {"mistakes": "## Common mistakes", "deeper": "## Go deeper"}  # what may be a part of another step
LEAST_QUESTIONS = 2

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"`(tfl [^`]+)`|^(tfl .+)$", re.MULTILINE)
_EXERCISE = re.compile(r"\bexercise\d+\b")
_EXERCISE_FILE = re.compile(r"\bexercise\d+\w*\.py\b")
_CODE = re.compile(r"`[^`\n]*`")
_HALF_LINK = re.compile(r"\][(\[][^)\]\n]*[)\]]?")


def problems(course: Course, commands: Collection[str] = ()) -> list[str]:
    """What is wrong with the lessons of a course, a sentence each; an empty list is the proof that they are whole.

    commands: the names of the commands of `tfl`; without them commands are not looked at.
    Raises CourseError for a file that cannot be read at all.
    """
    lessons, known = load(course), results(course)
    found = [problem for lesson in lessons for problem in _of_lesson(lesson, course, known, commands)]
    return found + list(_of_glossary(course, lessons)) + list(_of_folder(course))


def _of_lesson(lesson: Lesson, course: Course, known: Results, commands: Collection[str]) -> Iterator[str]:
    stage = lesson.stage
    here = f"stage {stage.number} ({stage.id})"
    if not lesson.steps:
        yield f"{here} has no lesson: {lesson.folder} holds no steps"
        return
    if not SMALLEST <= len(lesson.steps) <= LARGEST:
        yield f"{here} has {len(lesson.steps)} steps; {SMALLEST} to {LARGEST} can be read in one sitting"
    numbers = [step.id.partition("-")[0] for step in lesson.steps]
    if numbers != [f"{number:02}" for number in range(1, len(numbers) + 1)]:
        yield f"{here}: the steps are not numbered 01, 02, 03, …"
    kinds = [step.kind for step in lesson.steps]
    for kind in [*NEEDED, *(["exercise"] if stage.exercise else [])]:
        heading = HEADINGS.get(kind)
        if kind not in kinds and not (heading and any(heading in step.text for step in lesson.steps)):
            yield f"{here} has no step of the kind “{kind}”"
    if not stage.exercise and "exercise" in kinds:
        yield f"{here} has no exercise, but a step of that kind"
    if kinds[0] != "why" or not lesson.goal:
        yield f"{here} does not begin with why, and a goal"
    if kinds[-1] != "summary":
        yield f"{here} does not end with a summary"
    if len(lesson.questions) < LEAST_QUESTIONS:
        yield f"{here} asks {len(lesson.questions)} questions; at least {LEAST_QUESTIONS} are wanted"
    ids = [question.id for question in lesson.questions]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield f"{here}: two questions are called “{id}”"
    for step in lesson.steps:
        for problem in _of_step(step, course, known, commands):
            yield f"{step.path.parent.name}/{step.path.name}: {problem}"
    yield from _of_placeholders(lesson, known)


def _of_step(step: Step, course: Course, known: Results, commands: Collection[str]) -> Iterator[str]:
    if (size := len(step.text.encode())) > BYTES:
        yield f"{size:,} bytes of text are more than {BYTES:,}"
    for block in _FENCED.findall(step.text):
        for line in block.splitlines():
            if len(line) > COLUMNS:
                yield f"a line of {len(line)} columns in a block does not fit a terminal: {line.strip()}"
    if not step.text.strip():
        yield "it has a title and no text"
    if len(re.findall(r"^```", step.text, re.MULTILINE)) % 2:
        yield "a block that begins with ``` is not closed"
    if step.bench and step.bench not in BENCHES:
        yield f"there is no bench called “{step.bench}”"
    if step.kind == "question" and not step.questions:
        yield "it is there for a question and has none"
    for claim in step.claims:
        try:
            if evaluate(claim, known) is not True:
                yield f"it takes for granted that {claim}, which is not so: mend the text"
        except (LookupError, ValueError) as error:
            yield f"its claim {claim} cannot be judged: {error}"
    yield from _of_exercises(step, course)
    if commands:
        yield from _of_commands(step, commands)
    yield from _of_links(step, course)


def _of_exercises(step: Step, course: Course) -> Iterator[str]:
    named = set(_EXERCISE.findall(f"{step.text}\n{step.command}"))
    for name in sorted(named - {exercise.id for exercise in course.exercises}):
        yield f"there is no exercise called {name}"
    for name in sorted(set(_EXERCISE_FILE.findall(step.text)) - {exercise.file for exercise in course.exercises}):
        yield f"no exercise has the file {name}"
    own = next((stage.exercise for stage in course.stages if step.path.parent == folder(course, stage)), None)
    if step.kind == "exercise" and own and named != {own}:
        yield f"it sets {own} and speaks of {', '.join(sorted(named)) or 'none'}"


def _of_commands(step: Step, commands: Collection[str]) -> Iterator[str]:
    lines = [first or second for first, second in _COMMAND.findall(step.text)]
    if step.command:
        if not step.command.startswith("tfl "):
            yield f"its command is not one of tfl: {step.command}"
        lines.append(step.command)
    for line in lines:
        name, argument = [*line.split()[1:], "", ""][:2]
        if name not in commands and name[:1] not in ("", "-", "…", "["):
            yield f"there is no command `tfl {name}`"
        if name == "story" and argument not in STORIES and argument[:1] not in ("", "-", "["):
            yield f"there is no story called {argument}"


def _of_links(step: Step, course: Course) -> Iterator[str]:
    text = _FENCED.sub("", step.text)
    known = {terms.slug(term) for term in terms.glossary(course)}
    for half in _HALF_LINK.findall(_PICTURE.sub("", _LINK.sub("", _CODE.sub("", text)))):
        yield f"a link is not written like [words](address): …{half}"
    for target in _LINK.findall(text):
        address = urlsplit(target)
        if address.scheme:
            if address.scheme != "https" or "." not in address.netloc:
                yield f"{target} is not a well-formed https address"
        elif address.path == f"../{terms.FILE}":
            if address.fragment not in known:
                yield f"the glossary has no term “{address.fragment}”"
        elif not (step.path.parent / address.path).exists():
            yield f"the link to {target} leads nowhere"
    for caption, target in _PICTURE.findall(text):
        if not caption:
            yield f"the picture {target} has no words for those who cannot see it"
        if not (step.path.parent / target).exists():
            yield f"there is no picture {target}"


def _of_placeholders(lesson: Lesson, known: Results) -> Iterator[str]:
    sources = [(step.path, step.source) for step in lesson.steps]
    path = lesson.folder / QUESTIONS
    if path.exists():
        sources.append((path, path.read_text(encoding="utf-8")))
    for path, source in sources:
        for request in PLACEHOLDER.findall(source):
            try:
                write(request, known)
            except (LookupError, ValueError) as error:
                yield f"{path.parent.name}/{path.name}: {{{{ {request} }}}}: {error}"
        for half in re.findall(r"\{\{.*|.*\}\}", PLACEHOLDER.sub("", source)):
            yield f"{path.parent.name}/{path.name}: a placeholder needs {{{{ and }}}} on one line: {half.strip()[:60]}"
    for question in lesson.questions:
        if question.kind == "number" and question.number is None:
            yield f"question {question.id} asks for what is not measured: {question.source}"


def _of_glossary(course: Course, lessons: tuple[Lesson, ...]) -> Iterator[str]:
    linked = {
        urlsplit(target).fragment
        for lesson in lessons
        for step in lesson.steps
        for target in _LINK.findall(step.text)
        if terms.FILE in target
    }
    for term in terms.twice(course):
        yield f"the glossary explains “{term}” twice"
    for term, definition in terms.glossary(course).items():
        if not definition:
            yield f"the glossary does not say what “{term}” is"
        if terms.slug(term) not in linked:
            yield f"no lesson links to the term “{term}”"


def _of_folder(course: Course) -> Iterator[str]:
    """Files that belong to no stage would never be read."""
    if not course.lessons.is_dir():
        yield f"there is no folder {course.lessons}"
        return
    expected = {folder(course, stage).name for stage in course.stages} | {
        terms.FILE,
        RESULTS,
        "plots",
        "README.md",
        "__init__.py",
    }
    for path in sorted(course.lessons.iterdir()):
        if path.name not in expected and path.name != "__pycache__":
            yield f"{path.name} in {course.lessons} belongs to no stage"
    for stage in course.stages:
        for path in sorted(folder(course, stage).glob("*")):
            if path.suffix != ".md" and path.name != QUESTIONS:
                yield f"{path.parent.name}/{path.name} is neither a step nor {QUESTIONS}"
