"""The sandbox's observer: a judge asks, a guest answers, and what has to be contained is kept for the mark."""

import time
from typing import Any

from grader.incidents import WORDS
from grader.keeper import Forgery, Guest, Keeper
from grader.observers import Unobserved
from grader.patience import Patience

SETTLING = 1.0  # seconds that a guest has for the last look


class Sandboxed:
    """The observer of one submission: a guest, and another one where the first has ended before its time."""

    def __init__(self, keeper: Keeper, source: str, filename: str, observe: str, patience: Patience) -> None:
        self.incidents: list[str] = []  # what had to be contained, and what was noticed
        self.forged = ""  # why nothing that this submission has shown is worth anything
        self._keeper, self._patience = keeper, patience
        self._load = {"do": "load", "source": source, "filename": filename, "observe": observe}
        self._deadline = time.monotonic() + patience.whole
        self._guest: Guest | None = None
        self._failure: Unobserved | None = None  # of loading: it would fail the same way each time
        self._printed = ""

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """The observation `name`, made in the sandbox.  Raises Unobserved."""
        guest = self._loaded()
        return self._ask(guest, {"do": "observe", "name": name, "arguments": arguments}, self._patience.observation)

    def printed(self) -> str:
        """What the submission has printed since this was last asked."""
        text, self._printed = self._printed, ""
        return text + (self._guest.printed() if self._guest else "")

    def settle(self) -> None:
        """Look a last time at what has come: bytes that nobody asked for, and what was noticed."""
        if self._guest is None:
            return
        try:
            if self._guest.alive and not self._failure:
                self._guest.ask({"do": "settle"}, SETTLING, self._patience)
            if self._guest.forged():
                raise Forgery()
        except Forgery as forgery:
            self._forgery(forgery)
        except Unobserved as failure:
            self._incident(failure.message)
        self._note()

    def close(self) -> None:
        """End the guest."""
        if self._guest:
            self._guest.close()

    def _loaded(self) -> Guest:
        if self._failure:
            raise self._failure
        if self._guest is None or not self._guest.alive:
            self._note()
            self._guest = self._keeper.take()
            try:
                self._ask(self._guest, self._load, self._patience.load)
            except Unobserved as failure:
                self._failure = failure
                raise
        return self._guest

    def _ask(self, guest: Guest, request: dict[str, Any], seconds: float) -> Any:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._out_of_time()
        try:
            return guest.ask(request, min(seconds, left), self._patience)
        except Forgery as forgery:
            self._forgery(forgery)
            raise
        except Unobserved as failure:
            if not guest.alive:
                self._printed += guest.printed()
                if failure.verdict == "timeout" and left < seconds:
                    failure = self._out_of_time()
                self._incident(failure.message)
            raise failure

    def _out_of_time(self) -> Unobserved:
        self._failure = Unobserved("timeout", f"The checks together took longer than {self._patience.whole:.0f} s.")
        return self._failure

    def _forgery(self, forgery: Forgery) -> None:
        self.forged = forgery.message
        self._failure = forgery
        self._incident(forgery.message)

    def _note(self) -> None:
        """Take over what was noticed inside the guest that ends."""
        for word in sorted(self._guest.noticed()) if self._guest else ():
            self._incident(WORDS[word])

    def _incident(self, words: str) -> None:
        if words not in self.incidents:
            self.incidents.append(words)
