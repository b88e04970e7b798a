"""What every answer of the class's two services has: narrow rights, no cache, no server's name."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from tornado.web import RequestHandler


class Narrow(RequestHandler):
    """A handler whose pages may do what :attr:`rights` say, a Content-Security-Policy."""

    rights: ClassVar[str] = "default-src 'none'"

    def set_default_headers(self) -> None:
        """Called by tornado first."""
        self.clear_header("Server")
        for name, value in {
            "Content-Security-Policy": self.rights,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }.items():
            self.set_header(name, value)

    def tell(self, **values: Any) -> None:
        """Answer with JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps(values, ensure_ascii=False))
