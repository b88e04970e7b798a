"""``python -m dialogue.classroom.campus``, which the hub starts."""

import sys

from dialogue.classroom.campus.run import main

if __name__ == "__main__":
    sys.exit(main())
