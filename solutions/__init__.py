"""The reference answers to the exercises.  The engine is built from them; they import torch only."""
