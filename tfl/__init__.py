"""The engine: corpora → text → batches → model → transfer → training → runs → plots → recommendations.

Importing it loads nothing heavy; the parts that need torch load it when they are imported themselves.
"""

__version__ = "0.1.0"
