"""What Landlock keeps out by itself."""

from pathlib import Path

import pytest

from grader.sandbox import landlock
from tests.grader.sandbox.locked import TRY, told

CODE = (
    TRY
    + """
from grader.sandbox import landlock
own, others = Path(sys.argv[1]), Path(sys.argv[2])
landlock.put_up([others / "readable", Path(sys.prefix), Path(sys.base_prefix)], [own, Path("/dev/null")])
tried(
    read=lambda: (others / "readable" / "file").read_text(),
    write_where_it_may_read=lambda: (others / "readable" / "file").write_text(""),
    read_elsewhere=lambda: (others / "file").read_text(),
    list_elsewhere=lambda: os.listdir(others),
    write=lambda: (own / "new").write_text("x"),
    replace=lambda: (own / "new").rename(own / "newer"),
    remove=lambda: (own / "newer").unlink(),
    link_in=lambda: os.link(others / "file", own / "link"),
    nothing=lambda: open("/dev/null", "w").close(),
    program=lambda: os.execv(sys.executable, [sys.executable, "-c", "print('{}')"]),
)
"""
)


@pytest.mark.skipif(not landlock.is_there(), reason="this kernel has no Landlock")
def test_only_what_is_named_can_be_opened(tmp_path: Path) -> None:
    own, others = tmp_path / "own", tmp_path / "others"
    own.mkdir()
    (others / "readable").mkdir(parents=True)
    (others / "file").write_text("secret")
    (others / "readable" / "file").write_text("open")
    found = told(CODE, own, others)
    assert {name for name, came in found.items() if came == "done"} == {"read", "write", "replace", "remove", "nothing"}
    assert (others / "readable" / "file").read_text() == "open"
