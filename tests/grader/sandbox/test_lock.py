"""All walls put up in their order, and which of them stand."""

from pathlib import Path

from grader.sandbox.lock import Limits, Walls, address_space
from tests.grader.sandbox.locked import told

LIMITS = """
import resource
from grader.sandbox.lock import Limits, lock_in
standing = lock_in([Path("/")], [Path(sys.argv[1])], Limits(memory=256 * 2**20, cpu=7, file=2**20, files=32))
kinds = (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)
try:
    held = bytearray(2**30)
    memory = "all"
except MemoryError:
    memory = "no more"
print(json.dumps([standing, [resource.getrlimit(kind) for kind in kinds], memory]))
"""


def test_a_process_that_locks_itself_in_is_limited(tmp_path: Path) -> None:
    standing, limits, memory = told(LIMITS, tmp_path)
    assert limits == [[7, 7], [2**20, 2**20], [32, 32], [0, 0]]
    assert memory == "no more"
    assert set(standing) <= {"landlock", "seccomp"}


def test_walls_that_are_left_out_do_not_stand(tmp_path: Path) -> None:
    code = LIMITS.replace(
        'lock_in([Path("/")], [Path(sys.argv[1])], ', "Walls([Path('/')], [], without=['landlock', 'seccomp']).put_up("
    )
    standing, _, _ = told(code.replace("import Limits, lock_in", "import Limits, Walls"), tmp_path)
    assert standing == []


def test_the_address_space_is_that_of_this_process() -> None:
    assert address_space() == 0 or address_space() > 2**24
    assert Limits().files == 64 and Walls([], [])
