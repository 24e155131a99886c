"""What runs beside a submission, and the walls around it.

Only torch and the standard library are imported here: everything in this package lies open to the submission.
"""
