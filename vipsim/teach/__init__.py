"""What teaches: the eight demos, the exercises and their marks, the course.

>>> from vipsim.teach import check
>>> print(check("01.detection-earliest", "-1 s"))
this cannot be an answer (0 of 2 points): a time is never negative
"""

from __future__ import annotations

from vipsim.teach.class_marks import class_marks
from vipsim.teach.course import copy_course, labs
from vipsim.teach.marks import Mark, check

__all__ = ["Mark", "check", "class_marks", "copy_course", "labs"]
