"""The job `story`: tell one story, in a process of its own."""

import importlib

import torch

from tfl.errors import UnknownName
from tfl.events import Event, Result, Started
from tfl.jobs import Emit, Request
from tfl.stories import STORIES
from tfl.stories.telling import Story


def story(request: Request, emit: Emit) -> None:
    """Tell the story that `name` names.

    Result: `name`, `title`, and `parts`, each with `heading`, `text` and perhaps a `table` of `columns` and `rows`.
    Raises UnknownName.
    """
    name = request["name"]
    if name not in STORIES:
        raise UnknownName("story", name, STORIES)
    title = STORIES[name]
    started: Event = Started(job="story", title=title.title)
    emit(started)
    torch.set_num_threads(1)  # the toys gain nothing from more
    parts: Story = importlib.import_module(title.module).tell()
    emit(
        Result(
            value={"name": name, "title": title.title, "parts": [part.model_dump(mode="json") for part in parts]},
        )
    )
