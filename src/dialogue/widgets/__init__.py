"""What a notebook shows: quizzes, panels, pictures to handle, the glossary, the negotiation."""
