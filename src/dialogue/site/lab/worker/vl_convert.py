"""Stands in for vl-convert in the browser: Vega and Vega-Lite beside Python, in the same worker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyodide.code import run_js

_HERE = Path(__file__).parent
# Vega asks a canvas how wide a text is.  `_viewWidth` is Vega's own: its version is pinned.
_ENGINE = """(function (document) {%s;%s;
  const { vega, vegaLite } = globalThis;
  return {
    compile: (text) => JSON.stringify(vegaLite.compile(JSON.parse(text)).spec),
    svg: (text) => {
      const view = new vega.View(vega.parse(JSON.parse(text)), { renderer: "none" }).run().run();
      const pad = view.padding(), at = view.origin();
      return new vega.SVGStringRenderer(view.loader()).initialize(
        null, view._viewWidth + pad.left + pad.right, view._viewHeight + pad.top + pad.bottom,
        [pad.left + at[0], pad.top + at[1]],
      ).background(view.background()).render(view.scenegraph().root).svg();
    },
  };
})({ createElement: () => new OffscreenCanvas(1, 1) })"""
_engine: Any = None


def _run() -> Any:
    global _engine
    if _engine is None:
        scripts = ((_HERE / f"{name}.min.js").read_text("utf-8") for name in ("vega", "vega-lite"))
        _engine = run_js(_ENGINE.replace("%s", next(scripts), 1).replace("%s", next(scripts), 1))
    return _engine


def vegalite_to_vega(spec: dict[str, Any], vl_version: str | None = None) -> dict[str, Any]:
    """*spec* compiled; the version is the one that lies here."""
    return json.loads(_run().compile(json.dumps(spec)))


def vega_to_svg(spec: dict[str, Any]) -> str:
    """*spec* drawn."""
    return _run().svg(json.dumps(spec))
