"""What in a submission's text and mark no exercise calls for: hints where to look, which never change a point.

The sandbox tells what it had to contain (`Mark.incidents`).  Much that is tried does nothing inside the walls and so
is not told there: an import of pytest, a class that is equal to everything, a skip that was raised.  It can be seen
in the text, which is read here and never run, and in how the checks have ended.

What honest mistakes do too, and far more often than attacks, is told as a mild remark: it begins with “Look: ”, says
what was seen, and accuses nobody.
"""

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from grader.marks import Mark

MILD = "Look: "  # how a remark begins that is most often made on an honest mistake
MOST = 3  # names that are told of one text
LONG = 10_000  # characters of one line
MODULES = {
    "_pytest", "_thread", "atexit", "builtins", "ctypes", "exercises", "faulthandler", "gc", "grader", "importlib",
    "inspect", "linecache", "marshal", "mmap", "multiprocessing", "pickle", "pty", "pytest", "resource", "signal",
    "socket", "solutions", "subprocess", "tempfile", "threading", "unittest",
}  # fmt: skip
HARMLESS_OF_OS = {"path", "makedirs", "getcwd", "sep", "linesep", "cpu_count"}
OF_SYS = {
    "_getframe", "meta_path", "modules", "path_hooks", "setprofile", "settrace", "addaudithook", "stdin", "__stdin__",
    "__stdout__", "__stderr__", "orig_argv", "exit",
}  # fmt: skip
OF_TORCH = {
    "library", "nested_tensor", "quantize_per_tensor", "set_default_device", "set_default_dtype", "to_sparse",
    "use_deterministic_algorithms",
}  # fmt: skip
CALLS = {"__import__", "breakpoint", "compile", "eval", "exec", "exit", "globals", "input", "open", "quit"}
METHODS = {
    "__abs__", "__array__", "__array_interface__", "__bool__", "__class__", "__del__", "__eq__", "__float__", "__ge__",
    "__getattr__", "__getattribute__", "__gt__", "__le__", "__lt__", "__ne__", "__reduce__", "__reduce_ex__",
    "__torch_dispatch__", "__torch_function__", "__traceback__",
}  # fmt: skip
BASES = {"Tensor", "bool", "bytes", "dict", "float", "int", "list", "str", "tuple"}

# How a check ends that an honest mistake seldom ends in: (what its message begins with, what is told).
ENDINGS = (
    (r"(SystemExit|KeyboardInterrupt|Exit|Skipped|XFailed|Failed)\b", "It tried to end or to skip the check."),
    (r"MemoryError|RuntimeError: \[enforce fail at alloc_cpu|It took too much memory", "It asked for too much memory."),
    (r"OSError: \[Errno (24|27|28)\]", "It used up the files or the disk that it may have."),
    (r"WireError", "What it returned could not be sent."),
    (r"\w+: \(it(s message)? cannot be shown", "Its exception could not be shown."),
    (r"[\s\S]{2000}", "It raised a message of thousands of characters."),
)
MUCH = 4_000  # characters that one check has printed at least when that is told

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd]")
_HALF = re.compile("[\ud800-\udfff]")
_NOT_FINITE = re.compile(r"(?<![\d,])([1-9][\d,]*) of \1 numbers are not finite|it holds numbers that are not finite")
_MARKUP = re.compile(
    r"<(script|img|iframe|svg|style|!--)|\[/?(link|bold|red|green)\b|^\s*(\w+: )?[=@]\w+[|(]", re.I | re.M
)
_RESULTS = re.compile(r'\{"(mark|verdict|ready|score|tests)"|##teamcity|\b\d+ passed\b', re.I)


def is_mild(remark: str) -> bool:
    """Whether a remark is one that honest mistakes earn as a rule."""
    return remark.startswith(MILD)


def of_text(source: str, asks: Collection[str] = ()) -> tuple[str, ...]:
    """What a text uses that no exercise needs, a sentence each, in its order; nothing where it is no Python.

    asks: the names that the exercise asks for; of each it is told when it hands its input back and does nothing else.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = sorted((getattr(node, "lineno", 0), name) for node in ast.walk(tree) for name in _odd(node))
    told = [f"Its text uses {name}." for name in list(dict.fromkeys(name for _, name in found))[:MOST]]
    longest = max(map(len, source.split("\n")))
    if longest > LONG:
        told.append(f"Its text has a line of {longest:,} characters.")
    idle = [name for node in tree.body if getattr(node, "name", "") in asks for name in _idle(node)]
    return (*told, *(f"{MILD}{name}() gives back the very object that it was given." for name in idle[:MOST]))


def of_mark(mark: Mark) -> tuple[str, ...]:
    """What is odd in how a mark's checks have ended and in what was written."""
    told: list[str] = []
    for check in mark.checks:
        if check.verdict == "error":
            told += [words for pattern, words in ENDINGS if re.match(pattern, check.message)]
        written = f"{check.message if check.verdict == 'error' else ''}\n{check.output}"
        if _UNSEEN.search(written):
            told.append("It wrote characters that draw on terminals or are unseen.")
        if _MARKUP.search(written):
            told.append("It wrote markup or a formula.")
        if _RESULTS.search(check.output):
            told.append("It printed what looks like results of tests.")
        if len(check.output) >= MUCH:
            told.append("It printed thousands of characters.")
        if check.verdict == "failed" and _NOT_FINITE.search(check.message):
            told.append(f"{MILD}it gave NaN or infinity where numbers are expected.")
    return tuple(dict.fromkeys(told))


def _idle(node: ast.AST) -> Iterator[str]:
    """The name of a function that does nothing but return its first argument; of a class, such methods."""
    match node:
        case ast.ClassDef(body=body):
            yield from (name for inner in body for name in _idle(inner))
        case ast.FunctionDef(name=name, args=arguments, body=[*_, ast.Return(value=ast.Name(id=given))] as body):
            said = [one for one in body[:-1] if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
            names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
            if not said and given in [name for name in names if name != "self"][:1]:
                yield name


def _odd(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if _HALF.search(text):
            yield "halves of characters"
        case ast.Import(names=names):
            yield from _modules(alias.name for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield from _modules([module])
        case ast.Attribute(value=ast.Name(id="os"), attr=name) if name not in HARMLESS_OF_OS:
            yield f"os.{name}"
        case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in OF_SYS:
            yield f"sys.{name}"
        case ast.Attribute(attr=name) if name in OF_TORCH:
            yield name
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            yield f"{name}()"
        case ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()) if name in METHODS:
            yield name
        case ast.Attribute(attr=name, ctx=ast.Store()) if name in METHODS | {"__code__", "__module__"}:
            yield name
        case ast.ClassDef(bases=bases):
            yield from (f"a class derived from {name}" for base in bases if (name := _last(base)) in BASES)


def _modules(names: Iterable[str]) -> Iterator[str]:
    yield from (name for name in names if name.partition(".")[0] in MODULES)


def _last(base: ast.expr) -> str:
    match base:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
