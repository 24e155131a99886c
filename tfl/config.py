"""What decides the result of a run.  Two runs with equal configurations are the same run, with the same id."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tfl import runs

Objective = Literal["topic", "words", "words+topic"]

# The version of everything that decides a result and is not a choice below: rates, epochs, the loop, the model, the
# features.  Raise it with a change to any of them, so that older runs are not taken for the new ones; a test holds it.
# A change to the phases of some strategies alone has its number here: the runs of the others stay what they are.
RECIPE = 2
REVISED = {"unfreeze": 3, "gradual": 3, "head-then-full": 3}  # the classifier is fitted once more at the end

FEW = 5_000  # labelled reviews; below this the epochs are many and a larger share is kept for validation
CHOSEN_LAYERS = ("embedding.*", "encoder.layers.1.*")  # what `unfreeze` trains, beside the classifier, unless told


class Config(BaseModel):
    """The request for one run, complete: corpus, text, model, pre-training, strategy, seed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: str
    pair: Literal["real", "sample"] = "real"
    seed: int = Field(0, ge=0)
    part: float = Field(1.0, gt=0, le=1)  # stratified share of every split; below 1 only with --quick
    labels: int | None = Field(None, ge=8)  # labelled reviews in all, validation included; None: every one
    layers: tuple[str, ...] = ()  # for `unfreeze`: patterns of parameter names
    rate: float | None = Field(None, gt=0)  # None: the strategy's own
    epochs: int | None = Field(None, ge=1)  # of the strategy's last phase; None: its own

    objective: Objective = "words"
    adapt: bool = False  # pre-train on the unlabelled reviews too
    vectors: str = ""  # path of a file of word vectors to start from, in place of the objective's own
    vectors_sha256: str = ""

    vocabulary: int = Field(30_000, ge=10)
    large_tokens: int = Field(96, ge=4)  # longest text of the large corpus
    small_tokens: int = Field(256, ge=4)  # longest review
    width: int = 64
    layers_count: int = 2
    heads: int = 1
    hidden: int = 128
    dropout: float = 0.2
    word_order: bool = True
    recipe: int = Field(default_factory=lambda chosen: REVISED.get(chosen["strategy"], RECIPE))
    precision: Literal["auto", "float32", "bfloat16"] = "auto"

    @property
    def id(self) -> str:
        """The id of the run that this asks for."""
        return runs.run_id(self.strategy, self.pair, self.seed, self.labels, self.model_dump())

    def pretraining(self) -> "Config":
        """The pre-training that this run starts from."""
        return self.model_copy(
            update={
                "strategy": "pretrain",
                "recipe": RECIPE,
                "labels": None,
                "layers": (),
                "rate": None,
                "epochs": None,
            }
        )


# The sample's texts are short and its words few.
SAMPLE_SIZES: dict[str, Any] = {
    "vocabulary": 4_000,
    "small_tokens": 96,
    "large_tokens": 64,
}


def config(**choices: Any) -> Config:
    """A configuration from the choices that differ from the defaults of the chosen pair of corpora."""
    sizes = SAMPLE_SIZES if choices.get("pair") == "sample" else {}
    return Config(**{**sizes, **choices})
