import numpy as np, torch


def accuracy(logits, labels):
    return float((logits.sort(dim=1, descending=True).indices[:, 0] == labels).to(torch.float64).mean())


def confusion_matrix(predicted, labels, classes):
    if ((predicted < 0) | (predicted >= classes) | (labels < 0) | (labels >= classes)).any():
        raise ValueError
    m = torch.zeros((classes, classes), dtype=torch.int32)
    m.index_put_((labels, predicted), torch.ones(len(labels), dtype=torch.int32), accumulate=True)
    return m


def generalisation_gap(train_loss, validation_loss):
    return torch.tensor(validation_loss, dtype=torch.float64) - train_loss


def best_epoch(losses):
    a = np.array(losses, dtype=float)
    if np.isnan(a).all():
        raise ValueError("none")
    return np.flatnonzero(a == np.nanmin(a))[0]
