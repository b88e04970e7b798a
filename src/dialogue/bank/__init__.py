"""The question bank: YAML in, questions out, and every fault named.

A bank is written by people with a text editor.  It is read in four steps, a module each:
``nodes`` (YAML to nodes with their lines), ``fields`` (typed values, and the faults of each),
``items`` (one entry; what only its kind has stands with the kind) and ``files`` (whole files).
``computed`` is a key that comes from a table, ``cache`` the course's bank under the overlay,
``schema`` the file that editors complete by.
"""

from __future__ import annotations

from dialogue.bank.cache import course_bank as course_bank
from dialogue.bank.cache import read as read
from dialogue.bank.files import MOST_BYTES as MOST_BYTES
from dialogue.bank.files import MOST_FAULTS as MOST_FAULTS
from dialogue.bank.files import Bank as Bank
from dialogue.bank.files import article_faults as article_faults
from dialogue.bank.files import files as files
from dialogue.bank.files import known as known
from dialogue.bank.items import COMMON_FIELDS as COMMON_FIELDS
from dialogue.bank.items import LEVELS as LEVELS
from dialogue.bank.items import STATUSES as STATUSES
from dialogue.bank.items import USES as USES
from dialogue.bank.nodes import Node as Node
from dialogue.course.faults import Fault as Fault
from dialogue.course.faults import printable as printable
from dialogue.course.faults import shown as shown
from dialogue.questions.kinds.short import SPELLINGS as SPELLINGS
from dialogue.questions.shape import NO as NO
from dialogue.questions.shape import YES as YES
from dialogue.questions.typed import stands as stands
