"""What a notebook shows: quizzes, panels, pictures to handle, the glossary, the negotiation."""

from dialogue.widgets.sliders import tell_ipython

tell_ipython()
