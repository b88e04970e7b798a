"""What is the learner's: the record of answers, what to ask again, the file to hand in."""
