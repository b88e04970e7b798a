"""The course in rooms that are not ours: another Jupyter server, and nbconvert."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from nbformat.v4 import new_code_cell, new_notebook, new_output

from conftest import done
from dialogue.course.tidy import WIDGET_VIEW
from dialogue.lab import anywhere
from dialogue.page.html import TWIN

VIEW = {"model_id": "abc", "version_major": 2, "version_minor": 0}


def saved(tmp_path: Path, *outputs: Any) -> list[dict[str, Any]]:
    """What another Jupyter's contents manager writes of these outputs, with our hook in it."""

    class Server:
        contents_manager = AsyncLargeFileManager(root_dir=str(tmp_path))

    anywhere._load_jupyter_server_extension(Server)
    cell = new_code_cell("ask()", outputs=list(outputs))
    content = json.loads(nbformat.writes(new_notebook(cells=[cell])))
    model = {"type": "notebook", "format": "json", "content": content}
    done(Server.contents_manager.save(model, "a.ipynb"))
    return json.loads((tmp_path / "a.ipynb").read_text("utf-8"))["cells"][0]["outputs"]


def test_a_reopened_lesson_shows_the_readable_twin(tmp_path: Path) -> None:
    ours = new_output("display_data", data={WIDGET_VIEW: VIEW, "text/html": f"{TWIN}A</div>"})
    other = new_output("display_data", data={WIDGET_VIEW: VIEW, "text/html": "<b>B</b>"})
    stream = new_output("stream", name="stdout", text="C")
    found = saved(tmp_path, ours, other, stream)
    assert WIDGET_VIEW not in found[0]["data"]
    assert found[1]["data"][WIDGET_VIEW] == VIEW
    assert len(found) == 3


def test_a_file_that_is_no_notebook_is_left_alone() -> None:
    model = {"type": "file", "content": "text"}
    anywhere.before_saving(model)
    assert model == {"type": "file", "content": "text"}


def test_the_server_of_this_environment_loads_it() -> None:
    file = Path(sys.prefix, "etc/jupyter/jupyter_server_config.d/dialogue.json")
    named = json.loads(file.read_text("utf-8"))["ServerApp"]["jpserver_extensions"]
    points = anywhere._jupyter_server_extension_points()
    assert named == {point["module"]: True for point in points}


IMPORTS = "from ipywidgets import interact\nfrom dialogue import ask, explore\n"


@pytest.mark.sweep(1)
@pytest.mark.parametrize(
    "source",
    [
        # What a slider prints goes the way of widgets, too.
        'interact(lambda n: print("seven", n), n=2)\nask("05-permanent-bases")',
        'explore("troops")',
    ],
)
def test_nbconvert_shows_the_twin_and_asks_nobody(tmp_path: Path, source: str) -> None:
    notebook = new_notebook(cells=[new_code_cell(f"{IMPORTS}{source}")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    subprocess.run(
        [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html", "a.ipynb"],
        cwd=tmp_path,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    page = (tmp_path / "a.html").read_text("utf-8")
    assert TWIN in page
    assert WIDGET_VIEW not in page


def test_nbconvert_keeps_the_widgets_of_others(tmp_path: Path) -> None:
    ours = new_output("display_data", data={"text/html": f"{TWIN}A</div>"})
    other = new_output("display_data", data={WIDGET_VIEW: VIEW, "text/html": "<b>B</b>"})
    for output, left in ((ours, False), (other, True)):
        notebook = new_notebook(cells=[new_code_cell("", outputs=[output])])
        notebook.metadata["widgets"] = {"state": {}}
        notebook, _ = anywhere.without_state(notebook, {})
        assert ("widgets" in notebook.metadata) is left
