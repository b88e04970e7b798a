"""How the course's JupyterLab reads and saves a notebook.

A saved notebook holds, for each widget, a reference to a model that lives in the kernel only.
Opened without that kernel it shows "Error displaying widget: model not found" although a
readable twin (``text/html``) lies beside it, because JupyterLab prefers the widget.  So such
references never reach the file of a lesson, and are given back only while their kernel lives.

A lesson is also saved without the other noise that JupyterLab adds.  Somebody who opens a
lesson, runs it and saves has then changed nothing that git or nbval could see.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from dialogue.course.tidy import WIDGET_VIEW as VIEW
from dialogue.course.tidy import is_twin, settled

# The course's own lessons; other notebooks are nobody's business.
_LESSON = re.compile(
    r"notebooks/(\d\d-[^/]+|what-now|review|glossary|pre-test|post-test|supplements|authoring)\.ipynb"
)
Place = tuple[str, int]


class CourseContents(AsyncLargeFileManager):
    """JupyterLab's own default contents manager, with two changes to lessons' outputs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where the widgets were when a lesson was last saved: by path, then by place.
        self._saved_views: dict[str, dict[Place, dict[str, Any]]] = {}

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        name = path.strip("/")
        if model.get("type") == "notebook" and model.get("content") and _LESSON.fullmatch(name):
            try:
                content = settled(model["content"])
                self.remember_views(model["content"], name)
            except Exception:  # whatever it is, a learner's work is saved as it came
                self.log.exception("The lesson %s was saved as it is", name)
            else:
                model = {**model, "content": content}
        return await super().save(model, path)

    def remember_views(self, content: dict[str, Any], name: str) -> None:
        """Where the live widgets of a notebook are: they are given back while its kernel lives."""
        views = {place: data[VIEW] for place, data in _twins(content) if VIEW in data}
        self._saved_views[name] = views

    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> dict[str, Any]:
        # The base class has checked the signature and marked the cells by the time it
        # returns, so a trusted notebook stays trusted, and is signed anew when it is saved.
        model = await super().get(path, content, type, format, require_hash)
        if not content or model["type"] != "notebook":
            return model
        name = path.strip("/")
        saved = self._saved_views.get(name, {})
        for place, data in _twins(model["content"]):
            if place in saved:
                data.setdefault(VIEW, saved[place])
        with_view = [data for data in _readable(model["content"]) if VIEW in data]
        if with_view:
            alive = await self._living_models(name)
            for data in with_view:
                if alive is not None and data[VIEW].get("model_id") not in alive:
                    del data[VIEW]
        return model

    async def trust_notebook(self, path: str) -> None:
        # The base class signs what `get` returns.  The signature has to fit the file, which
        # still holds the references, so it is the unchanged reading that is signed.
        notebook = (await super().get(path))["content"]
        self.notary.mark_cells(notebook, True)
        self.check_and_sign(notebook, path)

    async def _living_models(self, path: str) -> set[str] | None:
        """The widget models that the notebook's kernel holds; None when it cannot say.

        A running kernel is not enough: after a restart it knows none of the saved models.
        So the kernel is asked, which takes milliseconds; one that is busy gets no question,
        and JupyterLab restores its widgets as it always does.
        """
        # A contents manager on its own (in a script, say) has no server and no kernels.
        sessions = await self.parent.session_manager.list_sessions() if self.parent else []
        kernel_ids = [s["kernel"]["id"] for s in sessions if s["path"] == path]
        if not self.parent or not kernel_ids:
            return set()
        kernel = self.parent.kernel_manager.get_kernel(kernel_ids[0])
        if kernel.execution_state != "idle":
            return None
        client = kernel.client()
        client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        try:
            reply = await client.comm_info("jupyter.widget", reply=True, timeout=2)
        except TimeoutError:
            return None
        finally:
            client.stop_channels()
        return set(reply["content"]["comms"])


def _readable(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The data of every output that can be read as HTML."""
    return [
        output["data"]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
        if "text/html" in output.get("data", {})
    ]


def _twins(notebook: dict[str, Any]) -> list[tuple[Place, dict[str, Any]]]:
    """The data of every twin of ours, with its place: what it says, and how often before.

    The words and not the cell, because a file may have changed since (by git, say) and a view
    must never be laid over another question.
    """
    found, seen = [], Counter[str]()
    for data in _readable(notebook):
        if is_twin(data):
            html = "".join(data["text/html"])
            found.append(((html, seen[html]), data))
            seen[html] += 1
    return found


class CourseKernels(AsyncMappingKernelManager):
    """JupyterLab's own kernel manager, whose Python kernels get ready while they wait."""

    async def _async_start_kernel(self, **kwargs: Any) -> str:
        if kwargs.get("kernel_name") in (None, "python3"):
            preload = "--InteractiveShellApp.extra_extensions=dialogue.lab.preload"
            kwargs["extra_arguments"] = [*kwargs.get("extra_arguments", []), preload]
        return await super()._async_start_kernel(**kwargs)

    start_kernel = _async_start_kernel  # type: ignore[assignment]  # as the class it extends has it
