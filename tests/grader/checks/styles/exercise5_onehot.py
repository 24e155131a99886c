import torch
import torch.nn.functional as F


def accuracy(logits, labels):
    _, guess = logits.max(dim=1)
    return guess.eq(labels).sum().item() / labels.size(0)


def confusion_matrix(predicted, labels, classes):
    if len(predicted) and (
        int(min(predicted.min(), labels.min())) < 0 or int(max(predicted.max(), labels.max())) >= classes
    ):
        raise ValueError("bad class")
    return torch.einsum("nt,np->tp", F.one_hot(labels, classes), F.one_hot(predicted, classes))


generalisation_gap = lambda train_loss, validation_loss: validation_loss - train_loss


def best_epoch(validation_losses):
    x = torch.tensor(list(validation_losses), dtype=torch.float64)
    if x.numel() == 0 or x.isnan().all():
        raise ValueError("no losses")
    return (
        torch.where(x.isnan(), torch.inf, x).argmin()
        if not (x[~x.isnan()] == torch.inf).all()
        else int((~x.isnan()).nonzero()[0])
    )
