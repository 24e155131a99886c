"""What is looked at in a submission of exercise 2."""

import copy
import random

import torch

from grader.sandbox.observing import attempt


def split(lab, labels, fraction, seed):
    """One split."""
    return lab.stratified_split(labels, fraction, seed)


def splits(lab, labels, fraction, seeds):
    """A split for each seed, whatever the global generators say at that moment."""
    found = []
    for turn, seed in enumerate(seeds):
        random.seed(turn)
        torch.manual_seed(turn)
        found.append(lab.stratified_split(labels, fraction, seed))
    return found


def fractions(lab, labels, fine, wrong):
    """A fraction that is fine, and some that are not."""
    return {
        "fine": lab.stratified_split(labels, fine, 0),
        "wrong": [attempt(lab.stratified_split, labels, fraction, 0) for fraction in wrong],
    }


def padded(lab, texts, *pad_id):
    """Tokens and mask of texts that come as lists."""
    return lab.pad_and_mask(texts, *pad_id)


def padded_kinds(lab, texts):
    """The same texts as lists, as tensors of several kinds, and as arrays."""
    tensors = [torch.tensor(text) for text in texts]
    kinds = {
        "lists": texts,
        "tensors": tensors,
        "tensors of int32": [tensor.int() for tensor in tensors],
        "arrays": [tensor.numpy() for tensor in tensors],
    }
    return {kind: lab.pad_and_mask(sequences) for kind, sequences in kinds.items()}


def padded_then(lab, texts):
    """Tokens and mask, and what has become of the texts."""
    given = copy.deepcopy(texts)
    return {"made": lab.pad_and_mask(given), "texts": given}


def buckets(lab, lengths, budget, seed):
    """The batches of one epoch."""
    return lab.length_buckets(lengths, budget, seed)


def epochs(lab, lengths, budget, seeds):
    """The batches for each seed, whatever the global generators say at that moment."""
    found = []
    for turn, seed in enumerate(seeds):
        random.seed(turn)
        torch.manual_seed(turn)
        found.append(lab.length_buckets(lengths, budget, seed))
    return found


def epoch(lab, texts, labels, fraction, budget, pad_id, seed):
    """All three together: the texts that are kept, in batches."""
    kept, _ = lab.stratified_split(labels, fraction, seed)
    kept = [int(i) for i in kept]
    batches = lab.length_buckets([len(texts[i]) for i in kept], budget, seed)
    made = [lab.pad_and_mask([texts[kept[int(i)]] for i in batch], pad_id) for batch in batches]
    return {"kept": kept, "batches": made}
