"""What is looked at in a submission of exercise 2."""


def squared(lab, x):
    """x times x, as the submission says."""
    return lab.square(x)
