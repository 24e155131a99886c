"""The stubs that a learner fills in, under the file names of `solutions`.  Nothing imports them."""
