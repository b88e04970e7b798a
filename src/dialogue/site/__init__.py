"""The course opened by a link: the reading edition, and in ``lab`` the lab edition."""
