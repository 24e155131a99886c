"""The strategies to choose from.

They repeat `tfl.strategies`, which loads torch and so cannot be imported here; a test holds that both agree.
"""

STRATEGIES = {  # name → summary
    "scratch": "everything learns, from random weights",
    "final-layer": "the pre-trained body stays as it is",
    "unfreeze": "the layers you name learn, the others stay",
    "gradual": "one more layer learns in each phase",
    "head-then-full": "first the final layer, then everything",
    "full": "everything learns, from pre-trained weights",
}
