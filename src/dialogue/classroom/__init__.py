"""Pages for a class: handout, slides, wall, paper, the kit of the negotiation."""
