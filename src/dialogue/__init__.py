"""The small package behind the notebooks."""
