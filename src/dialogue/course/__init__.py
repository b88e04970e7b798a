"""The course on disk: where it lies, its lessons and their anatomy, sources, tables, files."""
