"""Files of other tools and registers: what they hold becomes assessments, and the other way round."""
