"""What every page is made of: text that is safe to show, and the words of the interface."""
