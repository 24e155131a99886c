"""The glossary: `glossary.md`, a second-level heading for each term, its definition below."""

import re

from tfl.course import Course

FILE = "glossary.md"


def glossary(course: Course) -> dict[str, str]:
    """Term → definition (Markdown), in the order of the file; nothing where a course has no glossary."""
    return dict(_sections(course))


def twice(course: Course) -> list[str]:
    """Terms that have more than one heading, so that a link to them could mean either."""
    slugs = [slug(term) for term, _ in _sections(course)]
    return sorted({one for one in slugs if slugs.count(one) > 1})


def _sections(course: Course) -> list[tuple[str, str]]:
    path = course.lessons / FILE
    if not path.exists():
        return []
    _, *sections = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = (section.partition("\n") for section in sections)
    return [(term.strip(), definition.strip()) for term, _, definition in parts]


def slug(term: str) -> str:
    """How a link names a term, as GitHub does: "padding mask" → "padding-mask"."""
    return re.sub(r"[^\w-]", "", term.lower().replace(" ", "-"))
