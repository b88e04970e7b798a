"""The learner's server: the course's own JupyterLab.  JUPYTER_CONFIG_PATH leads here."""

from dialogue.lab.hub import configure

configure(get_config())  # noqa: F821  Jupyter gives it
