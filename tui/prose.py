"""Markdown as styled text, laid out for a width.

A lesson's step becomes one text in one widget: Textual's own Markdown mounts a widget for every block, which takes
longer than a key press may (30 to 125 ms for each KiB).  Links are spans that call the action `link`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from textual.content import Content
from textual.highlight import highlight
from textual.style import Style

HEADINGS = {"h1": "bold $text-accent", "h2": "bold $text-accent", "h3": "bold"}
INLINE = {"strong": "bold", "em": "italic", "s": "strike"}
CODE = "$text-warning"
BULLETS = "•◦▪"
COLUMN_GAP = 2
NARROWEST = 6  # columns that a table's cell is left, however little room there is


@dataclass(frozen=True)
class Link:
    """A link of a text: what it says, and where it leads."""

    text: str
    target: str


@dataclass
class Block:
    """A piece that is wrapped by itself."""

    content: Content
    first: str = ""  # what stands before its first line: a bullet …
    rest: str = ""  # … and before the others
    space: bool = True  # an empty line before it
    kept: bool = False  # lines are cut, not wrapped: code, diagrams
    rows: list[list[Content]] = field(default_factory=list)  # of a table, the header first
    right: list[bool] = field(default_factory=list)  # columns of it that are aligned to the right


@dataclass(frozen=True)
class Prose:
    """A parsed text."""

    blocks: tuple[Block, ...]
    links: tuple[Link, ...]

    def lay_out(self, width: int) -> Content:
        """The text in lines of at most `width` cells."""
        lines: list[Content] = []
        for number, block in enumerate(self.blocks):
            if number and block.space:
                lines.append(Content())
            lines += _table(block, width) if block.rows else _lines(block, width)
        return Content("\n").join(lines)


@lru_cache(maxsize=16)
def parse(markdown: str) -> Prose:
    """Read Markdown: CommonMark with tables.  Pictures are told by their words."""
    reader = _Reader()
    reader.read(_parser().parse(markdown))
    return Prose(tuple(reader.blocks), tuple(dict.fromkeys(reader.links)))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


class _Reader:
    """Walks through markdown-it's tokens."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.links: list[Link] = []
        self.lists: list[int | None] = []  # open lists: the next number, or None where it has bullets
        self.marker = ""  # waits for the first block of an item
        self.quoted = 0
        self.tight = False
        self.heading = ""
        self.rows: list[list[Content]] | None = None
        self.right: list[bool] = []

    def read(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            match token.type:
                case "heading_open":
                    self.heading = HEADINGS.get(token.tag, "bold")
                case "heading_close":
                    self.heading = ""
                case "inline":
                    self._text(self._inline(token.children or []))
                case "fence" | "code_block":
                    self._code(token)
                case "bullet_list_open":
                    self.lists.append(None)
                case "ordered_list_open":
                    self.lists.append(int(token.attrGet("start") or 1))
                case "bullet_list_close" | "ordered_list_close":
                    self.lists.pop()
                    self.tight = False
                case "list_item_open":
                    self._item()
                case "list_item_close":
                    self.tight = True
                case "blockquote_open":
                    self.quoted += 1
                case "blockquote_close":
                    self.quoted -= 1
                case "table_open":
                    self.rows, self.right = [], []
                case "tr_open":
                    assert self.rows is not None
                    self.rows.append([])
                case "th_open":
                    self.right.append("right" in str(token.attrGet("style")))
                case "table_close":
                    assert self.rows is not None
                    self.blocks.append(Block(Content(), rows=self.rows, right=self.right))
                    self.rows = None
                case "hr":
                    self._add(Block(Content.styled("─" * 8, "$foreground 35%")))

    def _item(self) -> None:
        number = self.lists[-1]
        depth = len(self.lists) - 1
        if number is None:
            self.marker = f"{BULLETS[min(depth, len(BULLETS) - 1)]} "
        else:
            self.marker = f"{number}. "
            self.lists[-1] = number + 1

    def _text(self, content: Content) -> None:
        if self.rows is not None:
            self.rows[-1].append(content)
        else:
            self._add(Block(content.stylize(self.heading) if self.heading else content))

    def _code(self, token: Token) -> None:
        code = token.content.rstrip("\n")
        language = token.info.split()[0] if token.info else ""
        content = highlight(code, language=language) if language in ("python", "py") else Content(code)
        block = Block(content, "  ", "  ", kept=True)
        if self.lists:
            self.marker = ""
        self._add(block)

    def _add(self, block: Block) -> None:
        indent = "  " * max(0, len(self.lists) - 1) + ("│ " * self.quoted)
        hanging = indent
        if self.lists:
            hanging = indent + " " * (len(self.marker) or 2)
        first = indent + self.marker if self.marker else (hanging if self.lists else indent)
        space = not (self.lists and self.tight) and not (self.lists and self.marker and len(self.lists) > 1)
        self.blocks.append(replace(block, first=first + block.first, rest=hanging + block.rest, space=space))
        self.marker, self.tight = "", False

    def _inline(self, tokens: Sequence[Token]) -> Content:
        pieces: list[Content] = []
        styles: list[str] = []
        link: tuple[str, int] | None = None  # target, and the first of its pieces
        for token in tokens:
            match token.type:
                case "text":
                    pieces.append(Content.styled(token.content, " ".join(styles)) if styles else Content(token.content))
                case "code_inline":
                    pieces.append(Content.styled(token.content, CODE))
                case "softbreak":
                    pieces.append(Content(" "))
                case "hardbreak":
                    pieces.append(Content("\n"))
                case "image":
                    pieces.append(Content.styled(f"▣ {token.content}", "italic"))
                    self.links.append(Link(f"▣ {token.content}", str(token.attrGet("src") or "")))
                case "link_open":
                    link = str(token.attrGet("href") or ""), len(pieces)
                case "link_close" if link:
                    target, start = link
                    content = Content("").join(pieces[start:])
                    pieces[start:] = [_linked(content, target)]
                    self.links.append(Link(content.plain, target))
                    link = None
                case kind if kind.endswith("_open") and token.tag in INLINE:
                    styles.append(INLINE[token.tag])
                case kind if kind.endswith("_close") and token.tag in INLINE:
                    styles.remove(INLINE[token.tag])
        return Content("").join(pieces)


def _linked(content: Content, target: str) -> Content:
    look = "underline $text-primary" if re.match(r"https?:", target) else "underline"
    return content.stylize(look).stylize(Style.from_meta({"@click": f"screen.link({target!r})"}))


def _lines(block: Block, width: int) -> Iterator[Content]:
    room = max(1, width - len(block.first))
    lines = block.content.split(allow_blank=True) if block.kept else block.content.wrap(room)
    for number, line in enumerate(lines):
        before = block.rest if number else block.first
        if block.kept:
            line = line.truncate(room, ellipsis=True)
        yield Content.styled(before, "$foreground 60%") + line


def _table(block: Block, width: int) -> Iterator[Content]:
    """A table's lines: the header in bold above a rule, cells wrapped where there is too little room."""
    rows = block.rows
    columns = len(rows[0])
    wanted = [max(row[i].cell_length for row in rows if i < len(row)) for i in range(columns)]
    room = width - COLUMN_GAP * (columns - 1)
    while sum(wanted) > room and max(wanted) > NARROWEST:
        wanted[wanted.index(max(wanted))] -= 1
    for number, row in enumerate(rows):
        cells = [cell.wrap(max(1, wanted[i])) for i, cell in enumerate(row)]
        for line in range(max(len(cell) for cell in cells)):
            pieces = [cell[line] if line < len(cell) else Content() for cell in cells]
            drawn = Content(" " * COLUMN_GAP).join(
                (piece.pad_left if block.right[i] else piece.pad_right)(max(0, wanted[i] - piece.cell_length))
                for i, piece in enumerate(pieces)
            )
            yield drawn.stylize("bold") if number == 0 else drawn
        if number == 0:
            yield Content.styled("─" * min(width, sum(wanted) + COLUMN_GAP * (columns - 1)), "$foreground 35%")
