"""A class on a campus hub: the results service that JupyterHub runs beside it.

``ledger`` keeps the answers, ``results`` grades and counts them, ``service`` is the web around
that under the hub's sign-in, ``run`` starts it and holds the commands of whoever keeps the data.
It needs the extra ``hub``, which no learner installs.
"""
