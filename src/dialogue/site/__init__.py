"""The reading edition: every lesson as a page that needs no kernel, from the stored notebooks."""
