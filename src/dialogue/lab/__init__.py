"""The course's own JupyterLab: how it starts, and how it reads and saves a notebook."""
