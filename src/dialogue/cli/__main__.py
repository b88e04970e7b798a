"""``python -m dialogue.cli``: the same as the command ``dialogue``."""

from dialogue.cli.parser import main

raise SystemExit(main())
