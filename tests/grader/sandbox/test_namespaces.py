"""What the namespaces keep out by themselves."""

import sys
from pathlib import Path

import pytest

from grader.sandbox import namespaces, probe
from tests.grader.sandbox.locked import TRY, told

ROOM = (
    TRY
    + """
from grader.sandbox import namespaces
read, write = os.pipe()
if not os.fork():
    assert namespaces.enter()
    namespaces.new_process_namespace()
    if not os.fork():
        namespaces.private_view()
        namespaces.drop_capabilities()
        import ctypes, socket
        os.dup2(write, 1)
        def mount():
            if ctypes.CDLL(None, use_errno=True).mount(b"none", b"/tmp", b"tmpfs", 0, None):
                raise OSError(ctypes.get_errno(), "mount")
        if sys.argv[1] == "look":
            seen = [os.getpid(), os.getcwd(), os.listdir("."), os.path.exists("/proc/self"), socket.if_nameindex()]
            print(json.dumps(seen))
        else:
            tried(
                write=lambda: open("file", "w").close(),
                fill=lambda: open("large", "wb").write(bytes(32 * 2**20)),
                write_elsewhere=lambda: open("/usr/lib/file", "w"),
                read_python=lambda: open(os.__file__).close(),
                read_tfl=lambda: open(sys.argv[2]),
                read_home=lambda: os.listdir("/home"),
                mount=mount,
            )
        sys.stdout.flush()
        os._exit(0)
    os.wait()
    os._exit(0)
os.close(write)
print(os.fdopen(read).read(), end="")
"""
)
room = pytest.mark.skipif(not probe.walls()["namespaces"], reason="user namespaces are forbidden here")


@room
def test_a_guest_is_alone_in_an_empty_folder() -> None:
    pid, folder, content, has_proc, interfaces = told(ROOM, "look")
    assert (pid, folder, content, has_proc) == (1, namespaces.SCRATCH, [], False)
    assert [name for _, name in interfaces] in ([], ["lo"])


@room
def test_a_guest_may_read_python_and_write_to_its_folder_and_nothing_else() -> None:
    found = told(ROOM, "try", __file__)
    assert {name for name, came in found.items() if came == "done"} == {"write", "read_python"}


def test_where_namespaces_are_forbidden_nothing_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert namespaces.enter() is False
    namespaces.drop_capabilities()


def test_a_room_that_cannot_be_built_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("mounting is forbidden")

    monkeypatch.setattr(namespaces, "_build", fail)
    assert namespaces.enter() is False


def test_a_folder_is_left_out_by_naming_the_rest(tmp_path: Path) -> None:
    for name in ("a/tfl", "a/torch", "b"):
        (tmp_path / name).mkdir(parents=True)
    found = namespaces.without([tmp_path / "a", tmp_path / "b"], [tmp_path / "a" / "tfl"])
    assert sorted(found) == [tmp_path / "a" / "torch", tmp_path / "b"]


def test_our_packages_are_not_readable() -> None:
    roots = namespaces.without(namespaces.readable(), namespaces.hidden())
    ours = Path(namespaces.__file__)
    assert not any(root == ours or root in ours.parents for root in roots)
