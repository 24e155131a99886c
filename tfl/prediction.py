"""What a model makes of a text, and which words spoke for and against.

The words are judged by occlusion (Zeiler & Fergus, 2014, https://arxiv.org/abs/1311.2901): hide a word
wherever it stands, by putting `<unk>` in its place, and see how the log-odds of "positive" change.

    effect(word) = log-odds(text) − log-odds(text without the word)        log-odds = ln(p / (1 − p))

It asks the model itself, whatever its shape, and costs one forward pass over as many copies of the text as
it has different words.  It says what the model did, not what is true of the language, and it looks at one
word at a time: the effects of "not" and "good" do not add up to that of "not good".
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from tfl.batches import Examples, head_and_tail
from tfl.device import Device
from tfl.errors import UsageError
from tfl.evaluation import predict_logits
from tfl.loading import LoadedRun
from tfl.parts import REFERENCE, Parts
from tfl.text.tokenizer import tokenize
from tfl.text.vocabulary import UNK


@dataclass(frozen=True)
class Word:
    """One word of a text, or one punctuation mark."""

    word: str
    known: bool  # whether the vocabulary has it; the model reads every unknown word as `<unk>`
    effect: float  # nats; above 0 it spoke for "positive", below 0 against; 0 for an unknown word


@dataclass(frozen=True)
class Prediction:
    """What a model makes of one text."""

    text: str
    label: str  # "positive" or "negative"
    probability: float  # of "positive"
    log_odds: float  # of "positive", nats
    tokens: int  # words and punctuation marks of the text
    read: int  # as many of them as the model reads: head and tail of a long text
    words: list[Word]  # each different word that was read, in the order of the text


def predict(run: LoadedRun, text: str, device: Device, parts: Parts = REFERENCE) -> Prediction:
    """Judge one text.  `device` should compute in float32: bfloat16 rounds away what most words do.

    Raises UsageError for a text without any word.
    """
    tokens = tokenize(text)
    if not tokens:
        raise UsageError("There is no word in the text.", "Give a sentence or more.")
    places = head_and_tail(torch.arange(len(tokens)), run.config.small_tokens)
    read = [tokens[place] for place in places.tolist()]
    ids = torch.from_numpy(run.vocabulary.encode(read))
    words = dict(zip(read, ids.tolist(), strict=True))
    known = [word for word, row in words.items() if row != UNK]
    hidden = [ids.masked_fill(ids == words[word], UNK) for word in known]
    odds = log_odds(run, [ids, *hidden], device, parts)  # (1 + known,)
    effects = dict(zip(known, (odds[0] - odds[1:]).tolist(), strict=True))
    return Prediction(
        text=text,
        label="positive" if odds[0] > 0 else "negative",
        probability=odds[0].sigmoid().item(),
        log_odds=odds[0].item(),
        tokens=len(tokens),
        read=len(read),
        words=[Word(word, word in effects, effects.get(word, 0.0)) for word in words],
    )


def log_odds(run: LoadedRun, sequences: list[Tensor], device: Device, parts: Parts = REFERENCE) -> Tensor:
    """The log-odds of "positive" for texts as token ids, (n,) float32."""
    nothing = torch.zeros(len(sequences), dtype=torch.long)
    examples = Examples(sequences, nothing, list(range(len(sequences))))
    logits = predict_logits(run.model.to(device.torch), examples, device, parts)
    return logits[:, 1] - logits[:, 0]
