"""How the course's JupyterLab reads a notebook: a dead widget gives way to its readable twin.

A saved notebook holds, for each widget, a reference to a model that lives in the kernel only.
Opened without that kernel it shows "Error displaying widget: model not found" although a
readable twin (``text/html``) lies beside it, because JupyterLab prefers the widget.  So such
references are dropped while the notebook is read.  The file itself is not touched.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

VIEW = "application/vnd.jupyter.widget-view+json"


class CourseContents(AsyncLargeFileManager):
    """JupyterLab's own default contents manager, with one change to what `get` returns."""

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
        if content and model["type"] == "notebook" and _views(model["content"]):
            alive = await self._living_models(path.strip("/"))
            for data in _views(model["content"]):
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
        if not kernel_ids:
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


def _views(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The output bundles that hold a widget reference and a readable twin beside it."""
    bundles = (
        output.get("data", {})
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
    )
    return [data for data in bundles if VIEW in data and "text/html" in data]
