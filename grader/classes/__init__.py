"""A whole class: submissions as they really arrive → marks, feedback, insight.

arrivals      folders and archives → files, safely unpacked
layouts       where a file lies → who sent it, and when
roster        who is in the class
intake        files + roster + course → attempts, and a list of what fits nowhere
gradebook     every attempt and every mark, in SQLite
grading       what waits → marks, over a pool (`pool`) or a cluster (`cluster`)
policy        deadlines, extensions, penalties
standing      what each student ends up with
report, export, similar, release
"""
