"""What is looked at in a submission of exercise 5."""

from grader.sandbox.observing import attempt


def share(lab, logits, labels):
    """The accuracy, and what has become of the inputs."""
    return {"accuracy": lab.accuracy(logits, labels), "logits": logits, "labels": labels}


def counts(lab, predicted, labels, classes):
    """The confusion matrix, and what has become of the inputs."""
    matrix = lab.confusion_matrix(predicted, labels, classes)
    return {"matrix": matrix, "predicted": predicted, "labels": labels}


def outside(lab, fine, wrong, classes):
    """A pair of predictions and labels that fits, and some with a class that does not exist."""
    return {
        "fine": lab.confusion_matrix(*fine, classes),
        "wrong": [attempt(lab.confusion_matrix, predicted, labels, classes) for predicted, labels in wrong],
    }


def gaps(lab, pairs):
    """The gap of each pair (training loss, validation loss)."""
    return [lab.generalisation_gap(*pair) for pair in pairs]


def best(lab, losses):
    """The best epoch, and what has become of the losses."""
    return {"epoch": lab.best_epoch(losses), "losses": losses}


def no_best(lab, fine, wrong):
    """Losses among which there is a best one, and some lists without."""
    return {"fine": lab.best_epoch(fine), "wrong": [attempt(lab.best_epoch, losses) for losses in wrong]}


def reading(lab, logits, labels, classes):
    """All that can be read from the same logits."""
    predicted = logits.argmax(dim=1)
    return {"accuracy": lab.accuracy(logits, labels), "matrix": lab.confusion_matrix(predicted, labels, classes)}
