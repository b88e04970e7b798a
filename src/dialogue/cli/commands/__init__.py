"""The commands, one module a group.

Every module here has ``add(commands)``, which adds its commands to the parser, and imports
what they need only when they run: ``dialogue --help`` must stay instant.  A module that is
here is found; nothing is registered by hand.  ``PLACE`` puts one early in the list.
"""
