"""The lab edition: the notebooks themselves, in JupyterLite, with Python in the browser.

Nothing is installed and no other host is asked: everything a lesson needs lies in one folder.
"""
